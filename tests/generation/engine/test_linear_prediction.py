"""Linear prediction from features."""

import math

import pytest
import torch

from generation.engine.features import FEATURES, log_mel, standardise
from generation.engine.linear_prediction import PLAIN_GAIN, framed, prediction, remainders

CONFIG = FEATURES["narrowband"]


def vowel():
    """Make a second of pulses through two resonances [1, N], as a throat does."""
    pulses = torch.zeros(1, CONFIG.n_samples, dtype=torch.float64)
    pulses[:, ::64] = 1.0
    for frequency in (500.0, 1500.0):
        radius, angle = 0.97, 2 * math.pi * frequency / CONFIG.sample_rate
        response = radius ** torch.arange(200, dtype=torch.float64) * torch.cos(angle * torch.arange(200))
        pulses = torch.nn.functional.conv1d(
            torch.nn.functional.pad(pulses[:, None], (199, 0)), response.flip(0)[None, None]
        )[:, 0]
    return standardise(pulses, CONFIG)


def left_of(waveform, order):
    ahead = prediction(log_mel(waveform, CONFIG), CONFIG, order)
    laid_out = framed(waveform, CONFIG)
    _, left = remainders(torch.nn.functional.pad(laid_out, (order, 0)), laid_out, ahead)
    return left[:, 400:-400], ahead


def test_features_alone_foretell_most_of_a_vowels_energy():
    left, ahead = left_of(vowel(), 12)

    unforetold = (left * ahead.gain.mean()).square().mean() / vowel().square().mean()
    assert unforetold < 0.1


def test_what_is_left_is_counted_in_units_of_its_own_level():
    left, _ = left_of(vowel(), 12)

    assert 0.5 < left.square().mean().sqrt() < 1.5


def test_the_filter_never_rings_for_ever():
    features = torch.rand(4, CONFIG.n_mels, CONFIG.n_frames, generator=torch.Generator().manual_seed(1))

    coefficients = prediction(features, CONFIG, 16).coefficients.double()

    companion = torch.zeros(*coefficients.shape[:2], 16, 16, dtype=torch.float64)
    companion[..., 0, :] = coefficients
    companion[..., range(1, 16), range(15)] = 1.0
    assert torch.linalg.eigvals(companion).abs().max() < 1


def test_silent_features_have_a_prediction_too():
    ahead = prediction(torch.zeros(1, CONFIG.n_mels, CONFIG.n_frames), CONFIG, 16)

    assert ahead.coefficients.isfinite().all()
    assert (ahead.gain > 0).all()


def test_of_order_nothing_nothing_is_foretold():
    waveform = vowel()

    left, _ = left_of(waveform, 0)

    torch.testing.assert_close(left * PLAIN_GAIN, framed(waveform, CONFIG)[:, 400:-400])


@pytest.mark.parametrize("slug", FEATURES)
def test_frames_stand_around_the_samples_they_were_analysed_from(slug):
    config = FEATURES[slug]
    waveform = torch.zeros(1, config.n_samples)
    waveform[:, 10 * config.hop_size] = 1.0

    laid_out = framed(waveform, config).view(config.n_frames, config.hop_size)

    assert laid_out[10, config.hop_size // 2] == 1.0
