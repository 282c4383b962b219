"""Training a WaveNet."""

from dataclasses import replace

import pytest
import torch

from generation.engine.checkpoints import load_checkpoint, save_checkpoint
from generation.engine.networks.wavenet import WaveNetConfig
from generation.engine.training.loop import TrainingDiverged
from generation.engine.training.wavenet import WaveNetTraining, train_wavenet, wavenet_config
from tests.generation.engine.small_corpus import buzzing_features

SMALL = WaveNetConfig(layers=4, residual_channels=8, gated_channels=8, skip_channels=16, condition_channels=8)
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

    assert trained.card["losses"][-1] < trained.card["losses"][0] - 0.3
    assert trained.card["nll"]["validation"] < trained.card["losses"][0]
    assert trained.card["nll"]["validation_where_heard"] < trained.card["losses"][0]
    assert trained.card["samples_seen"] == 40 * 4 * 10 * 80
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
    inputs = torch.randn(1, 3, features.features.shape[2] * 80)
    kept, fitted = (each(inputs, each.condition(features.features[:1])) for each in (loaded.network, trained.network))
    assert torch.equal(kept, fitted)


@pytest.mark.parametrize("size", ["mu_law", "plain"])
def test_classes_can_be_learnt_too(features, size):
    config = replace(wavenet_config(features.config, size), layers=4, residual_channels=8, condition_channels=8)

    trained = train_wavenet(features, steps=30, seed=1, device=CPU, config=config, training=WaveNetTraining(rate=0.01))

    assert trained.card["losses"][-1] < trained.card["losses"][0] - 0.3


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

    with pytest.raises(TrainingDiverged, match=r"at step 0, at the learning rate .*: choose a smaller rate"):
        train(type(features)(**{**vars(features), "features": broken}), 3)
