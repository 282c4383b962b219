"""Networks that know who speaks."""

from collections import Counter

import pytest
import torch

from generation.engine.checkpoints import LoadedNetwork
from generation.engine.clip_request import ClipRequest
from generation.engine.corpora.splits import Split
from generation.engine.corpora.talkers import TalkersAreTooFew, by_talkers
from generation.engine.materials import CheckpointDoesNotFit, Materials
from generation.engine.progress import unwatched
from generation.engine.render import render
from generation.engine.training.classifier import train_classifier
from tests.generation.engine.small_corpus import buzzing_features

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def features(tmp_path_factory):
    return buzzing_features(tmp_path_factory.mktemp("talkers"), takes=6)


def test_the_classes_are_the_talkers_each_in_every_split(features):
    talkers = by_talkers(features)

    assert talkers.words == ("talker0", "talker1", "talker2", "talker3")
    assert [talkers.words[label] for label in talkers.labels] == [each.talker for each in talkers.recordings]
    assert Counter((each.word, each.split) for each in talkers.recordings) == {
        (talker, split): count
        for talker in talkers.words
        for split, count in ((Split.TRAINING, 9), (Split.VALIDATION, 1), (Split.TESTING, 2))
    }


def test_features_stay_with_their_recordings(features):
    talkers = by_talkers(features)

    paths = [each.path for each in features.recordings]
    rows = [paths.index(each.path) for each in talkers.recordings]
    assert torch.equal(talkers.features, features.features[rows])


def test_talkers_of_few_recordings_are_left_out(tmp_path):
    with pytest.raises(TalkersAreTooFew, match="0 of the corpus's 4 talkers have 10 recordings"):
        by_talkers(buzzing_features(tmp_path, takes=2))


def test_a_network_of_talkers_can_be_climbed_to_a_talker(features):
    talkers = by_talkers(features)
    trained = train_classifier("temporal_classifier", talkers, seed=1, device=CPU, epochs=4)
    panel = {"talkers": LoadedNetwork(trained.network, trained.card, "talkers", "ab12")}
    request = ClipRequest(
        "maximised", "talker2", start="noise", space="features", preset="paper", vocoder="griffin_lim",
        climbs=("talkers",),
    )  # fmt: skip

    (clip,) = render([request], Materials(talkers, panel), unwatched)

    said = clip.judgements["talkers"]["features"]
    assert trained.card["labels"] == "talkers"
    assert max(said, key=said.__getitem__) == "talker2"


def test_a_network_of_talkers_is_refused_among_words(features):
    trained = train_classifier("temporal_classifier", by_talkers(features), seed=1, device=CPU, epochs=0)
    panel = {"talkers": LoadedNetwork(trained.network, trained.card, "talkers", "ab12")}

    with pytest.raises(CheckpointDoesNotFit, match="trained on the words"):
        Materials(features, panel)
