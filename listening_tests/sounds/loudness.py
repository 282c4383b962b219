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
GATING_BLOCK_SECONDS = 0.4
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

    A sound shorter than the 0.4 s of a gating block, such as a short word, is measured as if it were repeated until
    it fills one. Raises SoundIsSilent.
    """
    at_one_rate = resample_poly(samples, *_ratio(MEASURING_RATE, rate), axis=0)
    block = round(GATING_BLOCK_SECONDS * MEASURING_RATE)
    if 0 < len(at_one_rate) < block:
        times = ceil(block / len(at_one_rate))
        at_one_rate = numpy.concatenate([at_one_rate] * times)
    if not numpy.any(at_one_rate):
        raise SoundIsSilent("The sound is digital silence: there is nothing to be made louder.")
    # A sound below the gate leaves the meter with the logarithm of nothing.
    with numpy.errstate(divide="ignore"):
        loudness = float(_meter().integrated_loudness(at_one_rate))
    if not numpy.isfinite(loudness):
        raise SoundIsSilent("The sound lies below -70 LUFS throughout: making it louder would raise its noise only.")
    return loudness


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
