"""Bringing sounds to one loudness (ITU-R BS.1770), so that nobody prefers a sound for being louder."""

from dataclasses import dataclass
from functools import cache
from math import ceil

import numpy
from numpy.typing import NDArray
from pyloudnorm import Meter
from scipy.signal import resample_poly

# Programme loudness of EBU R 128, in LUFS.
TARGET_LUFS = -23.0
# The highest true peak that R 128 allows, in dB of full scale.
CEILING_DBTP = -1.0
# What a meter reads depends on its rate: K-weighting lifts treble that a lower rate does not have.
MEASURING_RATE = 48_000
GATING_BLOCK_SECONDS, GATING_STEP_SECONDS = 0.4, 0.1
# What lies so far below the loudest frame at both ends is the pause around the word.
PAUSE_DB, FRAME_SECONDS = 40.0, 0.01
OVERSAMPLING = 4


class SoundIsSilent(ValueError):
    """A sound lies below the gate of -70 LUFS: it has no loudness that could be changed."""


@dataclass(frozen=True)
class Levelled:
    """A sound of the wanted loudness, [N] or [N, C], and the gain in dB that brought it there."""

    samples: NDArray[numpy.float64]
    gain_db: float


def normalise(samples: NDArray[numpy.float64], rate: int, *, target_lufs: float = TARGET_LUFS) -> Levelled:
    """Bring a sound, [N] or [N, C] within ±1, to a loudness in LUFS, or as near as its true peak allows.

    A peak above the ceiling is never clipped: the whole sound is left softer. Raises SoundIsSilent.
    """
    wanted = target_lufs - integrated_loudness(samples, rate)
    gain_db = min(wanted, CEILING_DBTP - true_peak_db(samples))
    return Levelled(samples * 10 ** (gain_db / 20), gain_db)


def integrated_loudness(samples: NDArray[numpy.float64], rate: int) -> float:
    """Return the gated loudness of a sound, [N] or [N, C], in LUFS, measured at one rate for all sounds.

    Measured between its pauses, so that neither silence around a word nor padding makes a difference, and as if it
    were said again until the last gating block is full: a word may be shorter than the 0.4 s of a block. Raises
    SoundIsSilent.
    """
    word = resample(_between_pauses(samples, rate), rate, MEASURING_RATE)
    block, step = round(GATING_BLOCK_SECONDS * MEASURING_RATE), round(GATING_STEP_SECONDS * MEASURING_RATE)
    n_steps = ceil(max(0, len(word) - block) / step)
    filled = numpy.resize(word, (block + n_steps * step, *word.shape[1:]))
    # A sound below the gate leaves the meter with the logarithm of nothing.
    with numpy.errstate(divide="ignore"):
        loudness = float(_meter().integrated_loudness(filled))
    if not numpy.isfinite(loudness):
        raise SoundIsSilent("The sound lies below -70 LUFS throughout: making it louder would raise its noise only.")
    return loudness


def _between_pauses(samples: NDArray[numpy.float64], rate: int) -> NDArray[numpy.float64]:
    """Return a sound, [N] or [N, C], from its first to its last frame that is not a pause. Raises SoundIsSilent."""
    power = numpy.square(samples).reshape(len(samples), -1).sum(axis=1)
    starts = numpy.arange(0, len(samples), round(FRAME_SECONDS * rate))
    frames = numpy.add.reduceat(power, starts) if len(samples) else power
    if not frames.any():
        raise SoundIsSilent("The sound is digital silence: there is nothing to be made louder.")
    heard = numpy.flatnonzero(frames > frames.max() * 10 ** (-PAUSE_DB / 10))
    return samples[starts[heard[0]] : [*starts, len(samples)][heard[-1] + 1]]


def true_peak_db(samples: NDArray[numpy.float64]) -> float:
    """Return the highest level between and on the samples, [N] or [N, C], in dB of full scale, four times oversampled.

    BS.1770, annex 2. Digital silence has -inf.
    """
    peak = numpy.abs(resample_poly(samples, OVERSAMPLING, 1, axis=0)).max(initial=0.0)
    on_samples = numpy.abs(samples).max(initial=0.0)
    with numpy.errstate(divide="ignore"):
        return float(20 * numpy.log10(max(peak, on_samples)))


def resample(samples: NDArray[numpy.float64], rate: int, wanted: int) -> NDArray[numpy.float64]:
    """Return a sound, [N] or [N, C], at another rate."""
    if rate == wanted:
        return samples
    resampled: NDArray[numpy.float64] = resample_poly(samples, *_ratio(wanted, rate), axis=0)
    return resampled


def _ratio(wanted: int, rate: int) -> tuple[int, int]:
    common = int(numpy.gcd(wanted, rate))
    return wanted // common, rate // common


@cache
def _meter() -> Meter:
    return Meter(MEASURING_RATE)
