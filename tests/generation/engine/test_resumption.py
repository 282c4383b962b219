"""An interrupted training goes on to the same weights, bit for bit."""

import logging

import pytest
import torch

from generation.engine.networks.vocos import VocosConfig
from generation.engine.networks.wavenet import WaveNetConfig
from generation.engine.training.classifier import train_classifier
from generation.engine.training.prior import train_prior
from generation.engine.training.recipes import recipe_for
from generation.engine.training.resumption import Resumption
from generation.engine.training.vocos import VocosTraining, train_vocos
from generation.engine.training.wavenet import train_wavenet
from tests.generation.engine.small_corpus import buzzing_features

CPU = torch.device("cpu")


class Interrupted(Exception):
    """Somebody pulled the plug."""


def paper_classifier(features, **options):
    """It has dropout, augmentation, and keeps its best epoch."""
    recipe = recipe_for("paper_classifier", {"recipe": "paper", "epochs": 4, "batch": 4})
    return train_classifier("paper_classifier", features, seed=1, device=CPU, recipe=recipe, **options)


def prior(features, **options):
    return train_prior("half_autoencoder", features, seed=1, device=CPU, epochs=4, **options)


def wavenet(features, **options):
    config = WaveNetConfig(layers=2, residual_channels=4, gated_channels=4, skip_channels=4, condition_channels=4)
    return train_wavenet(features, steps=60, seed=1, device=CPU, config=config, **options)


def vocos(features, **options):
    config, training = VocosConfig(channels=8, inner_channels=8, blocks=1), VocosTraining(batch=2, segment_frames=16)
    return train_vocos(features, steps=60, seed=1, device=CPU, config=config, training=training, **options)


TRAININGS = [paper_classifier, prior, wavenet, vocos]


@pytest.fixture(scope="module")
def features(tmp_path_factory):
    return buzzing_features(tmp_path_factory.mktemp("resumption"))


def interrupt(train, features, resumption):
    def stop_after_half(fraction, note):
        if fraction > 0.6:
            raise Interrupted

    with pytest.raises(Interrupted):
        train(features, resumption=resumption, progress=stop_after_half)


def kept_at(path, identity="this training"):
    return Resumption(path, identity, seconds_between=0.0)


@pytest.mark.parametrize("train", TRAININGS)
def test_it_goes_on_where_it_was_to_the_same_weights(train, features, tmp_path):
    path = tmp_path / "unfinished.pt"
    interrupt(train, features, kept_at(path))
    told = []

    resumed = train(features, resumption=kept_at(path), progress=lambda fraction, note: told.append(fraction))

    uninterrupted = train(features)
    expected = uninterrupted.network.state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in resumed.network.state_dict().items())
    for name in ("epochs", "losses", "kept_epoch"):
        assert resumed.card.get(name) == uninterrupted.card.get(name)
    assert next(each for each in told if each > 0) > 0.4


def test_the_state_of_another_training_is_left_alone(features, tmp_path):
    path = tmp_path / "unfinished.pt"
    interrupt(vocos, features, kept_at(path, "another training"))
    told = []

    vocos(features, resumption=kept_at(path), progress=lambda fraction, note: told.append(fraction))

    assert next(each for each in told if each > 0) < 0.4


def test_a_damaged_state_is_left_and_said_so(features, tmp_path, caplog):
    path = tmp_path / "unfinished.pt"
    path.write_bytes(b"half of a sta")

    with caplog.at_level(logging.WARNING):
        trained = vocos(features, resumption=Resumption(path, "this training"))

    assert len(trained.card["losses"]) > 0
    assert "the training starts anew" in caplog.text


def test_a_training_that_is_done_with_forgets_its_state(tmp_path):
    path = tmp_path / "unfinished.pt"
    path.write_bytes(b"")

    kept_at(path).forget()

    assert not path.exists()
