"""Pooling before rectification changes no bit."""

import pytest
import torch
from torch import nn

from generation.engine.early_pooling import with_early_pooling
from generation.engine.networks import build

SIZES = {"n_words": 4, "n_mels": 80, "n_frames": 90}


def looked_at(network, features):
    """Give the logits, and the gradient of what is sought."""
    features = features.clone().requires_grad_()
    logits = network(features)
    logits[:, 1].sum().backward()
    return logits.detach(), features.grad


def features_with_silence():
    """Give features of which a part is constant, so that pooling meets equals."""
    torch.manual_seed(1)
    features = torch.randn(3, 80, 90)
    features[0, :40] = 0.0
    features[1] = features[1].round()
    return features


def test_the_papers_classifier_computes_the_same_bits_with_the_same_gradient():
    torch.manual_seed(2)
    network = build("paper_classifier", SIZES).eval()

    rearranged = with_early_pooling(network)

    for own, other in zip(
        looked_at(network, features_with_silence()), looked_at(rearranged, features_with_silence()), strict=True
    ):
        assert torch.equal(own, other)
    kinds = [type(layer) for layer in rearranged.convolutions]
    assert kinds.index(nn.MaxPool2d) < kinds.index(nn.ReLU)


def test_the_network_itself_stays_as_it_was_and_its_weights_are_shared():
    network = build("paper_classifier", SIZES)

    rearranged = with_early_pooling(network)

    kinds = [type(layer) for layer in network.convolutions]
    assert kinds.index(nn.ReLU) < kinds.index(nn.MaxPool2d)
    assert [id(each) for each in rearranged.parameters()] == [id(each) for each in network.parameters()]


@pytest.mark.parametrize(
    "network",
    [
        nn.Sequential(nn.Conv2d(1, 2, 2), nn.MaxPool2d(2), nn.ReLU()),
        nn.Sequential(nn.ReLU(), nn.MaxPool2d(2, return_indices=True)),
        nn.Sequential(nn.Tanh(), nn.MaxPool2d(2)),
        nn.Linear(2, 2),
    ],
    ids=["pooled before", "indices wanted", "another function", "no sequence"],
)
def test_what_could_not_be_rearranged_is_given_back(network):
    assert with_early_pooling(network) is network
