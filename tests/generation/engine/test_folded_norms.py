"""A convolution takes over the normalisation behind it, and computes the same."""

import pytest
import torch
from torch import nn

from generation.engine.folded_norms import with_folded_norms
from generation.engine.networks import build

SIZES = {"n_words": 4, "n_mels": 80, "n_frames": 90}
NORMALISED = ("residual_classifier", "temporal_classifier", "recurrent_classifier")


def trained(name):
    """Build a network in double precision whose normalisations have met something, as trained ones have."""
    torch.manual_seed(1)
    network = build(name, SIZES).double()
    for norm in norms(network):
        nn.init.normal_(norm.weight, mean=1.0, std=0.3)
        nn.init.normal_(norm.bias)
        nn.init.normal_(norm.running_mean)
        nn.init.uniform_(norm.running_var, 0.5, 2.0)
    return network.eval()


def norms(network):
    return [each for each in network.modules() if isinstance(each, nn.BatchNorm1d | nn.BatchNorm2d)]


def looked_at(network, features):
    """Give the logits, and the gradient of what is sought."""
    features = features.clone().requires_grad_()
    logits = network(features)
    return logits.detach(), torch.autograd.grad(logits[:, 1].sum(), features)[0]


@pytest.mark.parametrize("name", NORMALISED)
def test_the_numbers_and_the_gradient_are_the_same_with_no_normalisation_left(name):
    network = trained(name)
    features = torch.rand(3, 80, 90, dtype=torch.float64)

    folded = with_folded_norms(network)

    assert norms(network)
    assert not norms(folded)
    for own, other in zip(looked_at(network, features), looked_at(folded, features), strict=True):
        assert torch.allclose(own, other, rtol=1e-9, atol=1e-12)


def test_the_network_itself_stays_as_it_was():
    network = trained("residual_classifier")
    before = {name: each.clone() for name, each in network.state_dict().items()}

    with_folded_norms(network)

    assert network.state_dict().keys() == before.keys()
    assert all(torch.equal(each, before[name]) for name, each in network.state_dict().items())


def test_a_network_without_such_a_place_is_given_back():
    for network in (trained("paper_classifier"), nn.Sequential(nn.Conv2d(1, 2, 2), nn.BatchNorm2d(2)).eval()):
        assert with_folded_norms(network) is network
