"""Upsampling and convolving in one: the same picture and the same gradient."""

import pytest
import torch
from torch import nn

from generation.engine.networks import build
from generation.engine.phased_upsampling import PhasedUpsampling, with_phased_upsampling

SIZES = {"n_mels": 16, "n_frames": 36}


def with_gradient(function, given):
    given = given.clone().requires_grad_()
    found = function(given)
    weights = torch.linspace(-1, 1, found.numel()).view(found.shape)
    (gradient,) = torch.autograd.grad((found * weights).sum(), given)
    return found.detach(), gradient


def n_phased(layers):
    return sum(isinstance(layer, PhasedUpsampling) for layer in layers)


@pytest.mark.parametrize("factors", [(1, 1), (2, 2), (3, 2), (2, 5)])
@pytest.mark.parametrize("padding", [(0, 1, 0, 1), (1, 0, 1, 0), (1, 1, 1, 1), (2, 0, 1, 2)])
def test_every_factor_and_padding_gives_the_same_picture_and_gradient(factors, padding):
    torch.manual_seed(1)
    kernel = (1 + padding[2] + padding[3], 1 + padding[0] + padding[1])
    layers = nn.Sequential(nn.Upsample(scale_factor=factors), nn.ZeroPad2d(padding), nn.Conv2d(3, 4, kernel))
    layers = layers.double().requires_grad_(requires_grad=False)
    picture = torch.randn(2, 3, 5, 7, dtype=torch.double)

    phased = with_phased_upsampling(layers)

    assert n_phased(phased) == len(phased) == 1
    for found, expected in zip(with_gradient(phased, picture), with_gradient(layers, picture), strict=True):
        assert torch.allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("slug", ["paper_autoencoder", "half_autoencoder", "variational_autoencoder"])
def test_the_decoders_for_a_search_decode_as_ever(slug):
    torch.manual_seed(1)
    prior = build(slug, SIZES).eval().requires_grad_(requires_grad=False)
    code = torch.randn(3, prior.code_size)

    decode = prior.decoder_for_search()

    assert n_phased(with_phased_upsampling(prior.decoder)) == 3
    for found, expected in zip(with_gradient(decode, code), with_gradient(prior.decode, code), strict=True):
        assert torch.allclose(found, expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    "layers",
    [
        (nn.Upsample(scale_factor=(2, 2), mode="bilinear"), nn.Conv2d(1, 1, 3, padding=1)),
        (nn.Upsample(scale_factor=(1.5, 2.0)), nn.Conv2d(1, 1, 3, padding=1)),
        (nn.Upsample(scale_factor=(2, 2)), nn.Conv2d(1, 1, 3, padding=1, stride=2)),
        (nn.Upsample(scale_factor=(2, 2)), nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect")),
        (nn.Upsample(scale_factor=(2, 2)), nn.Conv2d(1, 1, 3)),
        (nn.Upsample(scale_factor=(2, 2)), nn.ReLU()),
        (nn.Upsample(scale_factor=(2, 2)),),
    ],
)
def test_layers_that_are_something_else_stay_as_they_are(layers):
    sequence = nn.Sequential(*layers)

    assert list(with_phased_upsampling(sequence)) == list(layers)
