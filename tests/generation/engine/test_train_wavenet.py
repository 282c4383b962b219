"""Training a WaveNet."""

import pytest
import torch

from generation.engine.checkpoints import load_checkpoint, save_checkpoint
from generation.engine.networks.wavenet import WaveNetConfig
from generation.engine.training.loop import TrainingDiverged
from generation.engine.training.wavenet import WaveNetTraining, train_wavenet
from tests.generation.engine.small_corpus import buzzing_features

SMALL = WaveNetConfig(layers=4, residual_channels=8, skip_channels=16, condition_channels=8)
CPU = torch.device("cpu")


def ignore(fraction, note):
    """Take no notice of the progress."""


@pytest.fixture(scope="module")
def features(tmp_path_factory):
    return buzzing_features(tmp_path_factory.mktemp("wavenet"))


def train(features, steps, seed=1, progress=ignore, **training):
    return train_wavenet(
        features, steps=steps, seed=seed, device=CPU, progress=progress, config=SMALL,
        training=WaveNetTraining(**training),
    )  # fmt: skip


def test_training_lowers_the_loss_and_tells_the_likelihood_of_unheard_recordings(features):
    trained = train(features, 40, rate=0.01)

    assert trained.card["losses"][-1] < trained.card["losses"][0] - 0.5
    assert trained.card["nll"]["validation"] <= trained.card["nll"]["validation_where_heard"] < 5.4
    assert trained.card["samples_seen"] == 40 * 2 * 10 * 80
    assert trained.card["recordings"]["training"] == 8
    assert not trained.network.training


def test_the_seed_decides_the_weights(features):
    first, second, other = (train(features, 3, seed).network.state_dict() for seed in (1, 1, 2))

    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["output.weight"], other["output.weight"])


def test_a_trained_wavenet_survives_being_kept(features, tmp_path):
    trained = train(features, 2)

    saved = save_checkpoint(trained, tmp_path, "speaker")

    loaded = load_checkpoint(saved.path, device=CPU)
    classes = torch.randint(256, (1, 160))
    kept = loaded.network(classes, features.features[:1])
    assert torch.equal(kept, trained.network(classes, features.features[:1]))


def test_progress_may_stop_the_training(features):
    class Cancelled(Exception):
        pass

    def cancel(fraction, note):
        if fraction > 0.2:
            raise Cancelled

    with pytest.raises(Cancelled):
        train(features, 100, progress=cancel)


def test_a_loss_that_is_no_number_ends_the_training(features):
    broken = features.features.clone()
    broken[:] = float("inf")

    with pytest.raises(TrainingDiverged, match="at step 0: choose a smaller rate"):
        train(type(features)(**{**vars(features), "features": broken}), 3)
