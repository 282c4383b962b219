"""Linear prediction from the features alone: what of a sample the spectrum's envelope foretells, and how much is left.

A log-mel spectrogram holds the envelope of each frame's spectrum, and with it the all-pole filter that predicts a
sample from those before it and the level of what it cannot predict. A network that is told both has only the
remainder to learn, which is flat and of unit level (LPCNet: Valin & Skoglund 2019; LP-WaveNet: Hwang et al. 2020).
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from generation.engine.features import FeatureConfig, linear_magnitude

# The lag window widens every resonance by so many Hz, and the floor lies 40 dB under the frame's level: without them
# the filter of a pure tone would ring for ever.
LAG_WINDOW_HZ = 60.0
NOISE_FLOOR = 1e-4
SMALLEST_ENERGY = 1e-20
# Without prediction a sample is counted in units of a mu-law code's finest step.
PLAIN_GAIN = 1 / 128


@dataclass(frozen=True)
class Prediction:
    """How a clip's samples are foretold, frame by frame.

    coefficients [B, T, P]: sample n is expected at the sum over p of coefficients[..., p] * sample n - 1 - p.
    gain [B, T]: the root mean square of what this leaves, the unit in which remainders are counted.
    """

    coefficients: Tensor
    gain: Tensor

    def __getitem__(self, places: slice) -> "Prediction":
        """Give the prediction of some of the clips."""
        return Prediction(self.coefficients[places], self.gain[places])


def prediction(features: Tensor, config: FeatureConfig, order: int) -> Prediction:
    """Derive the linear prediction of this order from features [B, M, T]; of order 0, one that foretells nothing.

    The envelope's autocorrelation is the inverse Fourier transform of its power; the recursion of Levinson and Durbin
    solves it. Computed in double precision; given in the features' own.
    """
    if order == 0:
        shape = (len(features), features.shape[2])
        return Prediction(features.new_zeros(*shape, 0), features.new_full(shape, PLAIN_GAIN))
    coefficients, energy = _levinson_durbin(_autocorrelation(features, config, order))
    window = torch.hann_window(config.window_size, dtype=energy.dtype, device=energy.device)
    gain = (energy / window.square().sum()).sqrt()
    return Prediction(coefficients.to(features.dtype), gain.to(features.dtype))


def _autocorrelation(features: Tensor, config: FeatureConfig, order: int) -> Tensor:
    """Give the windowed frames' autocorrelation [B, T, P + 1], smoothed by the lag window and the noise floor."""
    power = linear_magnitude(features.double(), config).square()
    correlation = torch.fft.irfft(power, dim=1)[:, : order + 1].transpose(1, 2)
    lags = torch.arange(order + 1, dtype=power.dtype, device=power.device)
    window = torch.exp(-0.5 * (2 * math.pi * LAG_WINDOW_HZ * lags / config.sample_rate).square())
    window[0] += NOISE_FLOOR
    windowed: Tensor = correlation * window
    return windowed


def _levinson_durbin(correlation: Tensor) -> tuple[Tensor, Tensor]:
    """Solve for the predictor [B, T, P] and the energy [B, T] that it leaves: correlation [B, T, P + 1]."""
    energy = correlation[..., 0].clamp(min=SMALLEST_ENERGY)
    coefficients = correlation[..., :0]
    for lag in range(1, correlation.shape[-1]):
        foretold = (coefficients * correlation[..., 1:lag].flip(-1)).sum(dim=-1)
        reflection = ((correlation[..., lag] - foretold) / energy).unsqueeze(-1)
        coefficients = torch.cat([coefficients - reflection * coefficients.flip(-1), reflection], dim=-1)
        energy = energy * (1 - reflection[..., 0].square()).clamp(min=NOISE_FLOOR**2)
    return coefficients, energy


def framed(waveform: Tensor, config: FeatureConfig) -> Tensor:
    """Pad waveform [B, n_samples] with silence to [B, T * hop], so that each frame's samples stand around its centre.

    Sample n stands at n + hop // 2, in frame (n + hop // 2) // hop.
    """
    before = config.hop_size // 2
    return functional.pad(waveform, (before, config.n_frames * config.hop_size - before - waveform.shape[1]))


def remainders(past: Tensor, waveform: Tensor, ahead: Prediction) -> tuple[Tensor, Tensor]:
    """Take from waveform [B, T * hop] what is foretold from past [B, P + T * hop], counted in gains.

    past: the samples from which each is foretold, P before the first; it may differ from the waveform, so that a
    network learns to lead back from a past that is not quite the true one.
    Gives the network's inputs [B, 3, T * hop] (see `inputs_of`) and the remainders [B, T * hop].
    """
    order, n_samples = ahead.coefficients.shape[2], waveform.shape[1]
    batch, n_frames = ahead.gain.shape
    gain = ahead.gain.repeat_interleave(n_samples // n_frames, dim=1)
    if order:
        windows = past.unfold(1, order, 1)[:, :n_samples].flip(2).reshape(batch, n_frames, -1, order)
        expected = (windows @ ahead.coefficients.unsqueeze(-1)).reshape(batch, n_samples)
    else:
        expected = torch.zeros_like(waveform)
    here = past[:, order:]
    left = functional.pad((here - expected) / gain, (1, -1))
    return inputs_of(left, functional.pad(here, (1, -1)) / gain, expected / gain), (waveform - expected) / gain


def inputs_of(left: Tensor, before: Tensor, expected: Tensor) -> Tensor:
    """Stack what a network is told at each sample, all in gains, compressed: three of [B, ...] -> [B, 3, ...].

    left: what the prediction of the sample before left. before: the sample before. expected: the prediction of this.
    """
    return torch.stack([left, before, expected], dim=1).asinh()
