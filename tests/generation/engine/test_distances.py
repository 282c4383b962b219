"""How far sounds are apart."""

import pytest
import torch
from torch import Tensor

from generation.engine import distances
from generation.engine.corpora.feature_sets import FeatureSet
from generation.engine.corpora.splits import Split
from generation.engine.distances import (
    NothingToCompare,
    log_mel_distance,
    mean_pairwise_distance,
    nearest_recordings,
)
from generation.engine.features import FEATURES
from tests.generation.engine.small_corpus import buzzing_features

CONFIG = FEATURES["narrowband"]


@pytest.fixture(scope="module")
def buzzes(tmp_path_factory: pytest.TempPathFactory) -> FeatureSet:
    corpus: FeatureSet = buzzing_features(tmp_path_factory.mktemp("distances"))
    return corpus


def some_features(feature_set: FeatureSet) -> Tensor:
    return torch.rand(7, *feature_set.features.shape[1:], generator=torch.Generator().manual_seed(1))


def test_the_distance_is_in_decibels_over_the_cells_where_the_reference_sounds() -> None:
    reference = torch.zeros(1, 2, 2)
    reference[0, 0] = 0.5
    features = torch.full((1, 2, 2), 0.4)

    distance = log_mel_distance(features, reference, CONFIG)

    torch.testing.assert_close(distance, torch.tensor([0.1 * CONFIG.range_db]))


def test_a_silent_reference_has_no_distance() -> None:
    silent = torch.zeros(1, 2, 2)

    assert log_mel_distance(silent, silent, CONFIG).isnan().all()


def test_the_nearest_recording_is_the_one_that_looking_at_all_of_them_finds(
    buzzes: FeatureSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distances, "CHUNK", 3)
    features = some_features(buzzes)

    found, rows = nearest_recordings(features, buzzes, Split.TRAINING)

    training = buzzes.rows(Split.TRAINING)
    every = (features[:, None] - buzzes.features[training]).square().mean(dim=(2, 3)).sqrt()
    torch.testing.assert_close(found, every.min(dim=1).values)
    assert rows.tolist() == training[every.argmin(dim=1)].tolist()


def test_a_copy_is_at_no_distance_from_its_recording_alone(buzzes: FeatureSet) -> None:
    training = buzzes.rows(Split.TRAINING)

    found, rows = nearest_recordings(buzzes.features[training], buzzes, Split.TRAINING)
    elsewhere, _ = nearest_recordings(buzzes.features[training], buzzes, Split.TESTING)

    assert rows.tolist() == training.tolist()
    assert found.tolist() == [0.0] * len(training)
    assert (elsewhere > 0.01).all()


def test_what_lies_outside_the_range_of_features_is_measured_as_it_would_be_heard(buzzes: FeatureSet) -> None:
    loud = torch.ones(1, *buzzes.features.shape[1:])

    assert (
        nearest_recordings(loud * 3, buzzes, Split.TRAINING)[0] == (nearest_recordings(loud, buzzes, Split.TRAINING)[0])
    )


def test_diversity_is_the_mean_distance_within_a_word_over_words() -> None:
    levels = torch.tensor([0.0, 0.1, 0.4, 0.2, 0.9, 0.7])
    features = levels[:, None, None].expand(6, 2, 3)

    found = mean_pairwise_distance(features, ["yes", "yes", "yes", "no", "no", "alone"])

    # Of "yes" 0.1, 0.3 and 0.4 between pairs, of "no" 0.7; a word with one sample does not count.
    assert found == pytest.approx(((0.1 + 0.3 + 0.4) / 3 + 0.7) / 2)


def test_copies_are_not_diverse() -> None:
    assert mean_pairwise_distance(torch.rand(1, 4, 5).expand(6, 4, 5), [0] * 6) == pytest.approx(0, abs=1e-6)


def test_single_samples_have_no_diversity() -> None:
    with pytest.raises(NothingToCompare):
        mean_pairwise_distance(torch.rand(2, 4, 5), ["yes", "no"])
