"""Noises that tell headphones from loudspeakers: one hides a pitch that neither ear alone can hear.

Milne, Bianco, Poole, Zhao, Oxenham, Billig and Chait (2020), An online headphone screening test based on dichotic
pitch; the pitch is that of Cramer and Huggins (1958).
"""

import numpy
from numpy.typing import NDArray

from listening_tests.sounds.intervals import faded, one_after_another

SAMPLE_RATE = 44_100
N_NOISES = 3
NOISE_SECONDS, FADE_SECONDS, PAUSE_SECONDS = 1.0, 0.03, 0.5
PITCH_HZ, BAND = 600.0, 0.06
# Root mean square, of full scale: white noise is harsh, so softer than speech. Its crests stay within ±1.
AMPLITUDE = 0.04


def three_noises(*, with_pitch: int, seed: int) -> NDArray[numpy.float64]:
    """Return three white noises, [N, 2], counted from 0: which one hides a faint tone?

    Two are the same in both ears. In the other one, the right answer, the right ear's noise is turned by 180° within
    6 % of 600 Hz: its spectrum stays what it was, and only both ears together hear the tone.
    """
    generator = numpy.random.default_rng(seed)
    noises = [_noise(generator, has_pitch=number == with_pitch) for number in range(N_NOISES)]
    return one_after_another(noises, SAMPLE_RATE, PAUSE_SECONDS)


def _noise(generator: numpy.random.Generator, *, has_pitch: bool) -> NDArray[numpy.float64]:
    left = AMPLITUDE * generator.standard_normal(round(NOISE_SECONDS * SAMPLE_RATE))
    right = _turned_within_band(left) if has_pitch else left
    return faded(numpy.column_stack([left, right]), SAMPLE_RATE, FADE_SECONDS)


def _turned_within_band(noise: NDArray[numpy.float64]) -> NDArray[numpy.float64]:
    spectrum = numpy.fft.rfft(noise)
    frequencies = numpy.fft.rfftfreq(len(noise), 1 / SAMPLE_RATE)
    spectrum[numpy.abs(frequencies - PITCH_HZ) <= BAND * PITCH_HZ] *= -1
    return numpy.asarray(numpy.fft.irfft(spectrum, len(noise)))
