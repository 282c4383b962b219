"""What classifiers say of features and of sounds."""

import pytest
import torch

from generation.engine import judging
from generation.engine.features import FEATURES, SilentRecording, log_mel
from generation.engine.judging import judge_audio, probabilities
from generation.engine.networks import build

CONFIG = FEATURES["narrowband"]


@pytest.fixture
def network():
    torch.manual_seed(1)
    return build("paper_classifier", {"n_words": 4, "n_mels": 80, "n_frames": 90})


def test_probabilities_are_the_softmax_of_the_scores(network):
    features = torch.rand(5, 80, 90)

    found = probabilities(network, features)

    assert torch.allclose(found, network.eval()(features).softmax(dim=1), atol=1e-6)


def test_batches_do_not_change_the_judgement(network, monkeypatch):
    features = torch.rand(7, 80, 90)
    whole = probabilities(network, features)
    monkeypatch.setattr(judging, "BATCH", 3)

    assert torch.allclose(probabilities(network, features), whole, atol=1e-6)


def test_judging_uses_no_dropout_and_leaves_the_network_as_it_was(network):
    features = torch.rand(5, 80, 90)
    network.train()

    first, second = probabilities(network, features), probabilities(network, features)

    assert torch.equal(first, second)
    assert network.training


def test_audio_is_judged_as_its_features_are(network):
    waveform = torch.randn(2, 5000, generator=torch.Generator().manual_seed(3))

    found = judge_audio(network, waveform, CONFIG)

    assert torch.allclose(found, probabilities(network, log_mel(waveform, CONFIG)))


def test_silence_is_not_judged(network):
    with pytest.raises(SilentRecording):
        judge_audio(network, torch.zeros(1, 5000), CONFIG)
