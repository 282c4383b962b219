"""A sound with all its treble and with less: who cannot tell them apart has equipment or ears that pass no more.

The bandwidth check of the P.808 toolkit; the sound is ours: bursts of noise with as much power in every octave, which
no band limits by itself as a speaker's voice would.
"""

import numpy
from numpy.typing import NDArray

from listening_tests.sounds.intervals import faded, one_after_another
from listening_tests.sounds.low_pass import low_passed
from listening_tests.sounds.noise import root_mean_square

SAMPLE_RATE = 48_000
# The upper limits of narrowband, wideband, super-wideband and fullband telephony, in Hz.
BANDS = {"narrowband": 3_400.0, "wideband": 7_000.0, "super-wideband": 14_000.0, "fullband": 20_000.0}
LOWEST_HZ = 100.0
N_BURSTS, BURST_SECONDS, FADE_SECONDS, PAUSE_SECONDS = 4, 0.25, 0.03, 0.1
# Root mean square of a burst, of full scale.
LEVEL = 0.05


class BandIsUnknown(KeyError):
    """There is no band of this name."""


def bursts(band: str, seed: int) -> NDArray[numpy.float64]:
    """Return bursts of noise [N] without what lies above a band.

    Bursts of one seed differ between bands in nothing but their treble: below its limit a band's sound is the
    fullband one. Raises BandIsUnknown.
    """
    if band not in BANDS:
        raise BandIsUnknown(f"There is no band {band!r}: take one of {', '.join(BANDS)}.")
    generator = numpy.random.default_rng(seed)
    whole = one_after_another([_burst(generator) for _ in range(N_BURSTS)], SAMPLE_RATE, PAUSE_SECONDS)
    return low_passed(whole, SAMPLE_RATE, BANDS[band])


def _burst(generator: numpy.random.Generator) -> NDArray[numpy.float64]:
    length = round(BURST_SECONDS * SAMPLE_RATE)
    frequencies = numpy.fft.rfftfreq(length, 1 / SAMPLE_RATE)
    spectrum = numpy.fft.rfft(generator.standard_normal(length))
    spectrum[frequencies < LOWEST_HZ] = 0
    pink = numpy.fft.irfft(spectrum / numpy.sqrt(numpy.maximum(frequencies, LOWEST_HZ)), length)
    return faded(pink * (LEVEL / root_mean_square(pink)), SAMPLE_RATE, FADE_SECONDS)
