"""Tones that tell headphones from loudspeakers: out of phase between the ears, one cancels in the air of a room.

Woods, Siegel, Traer and McDermott (2017), Headphone screening to facilitate web-based auditory experiments.
"""

import numpy
from numpy.typing import NDArray

from listening_tests.sounds.intervals import faded, one_after_another

SAMPLE_RATE = 44_100
N_TONES = 3
FREQUENCY_HZ = 200.0
TONE_SECONDS, FADE_SECONDS, PAUSE_SECONDS = 1.0, 0.1, 0.5
SOFTER_DB = 6.0
# Of full scale: as loud as speech at -23 LUFS to ears that hear little of 200 Hz.
AMPLITUDE = 0.25


class TonesCoincide(ValueError):
    """The softest tone is the one in antiphase, too: over loudspeakers it would be found as well."""


def three_tones(*, softest: int, antiphase: int) -> NDArray[numpy.float64]:
    """Return three tones, [N, 2], counted from 0: which is softest?

    One is 6 dB softer than the others: the right answer. Another, as loud as the third, is in antiphase between the
    ears: over loudspeakers it nearly vanishes, and is taken for the softest. Raises TonesCoincide.
    """
    if softest == antiphase:
        raise TonesCoincide(f"Tone {softest} cannot be both the softest and in antiphase: choose two of them.")
    tones = [_tone(is_softer=number == softest, is_antiphase=number == antiphase) for number in range(N_TONES)]
    return one_after_another(tones, SAMPLE_RATE, PAUSE_SECONDS)


def _tone(*, is_softer: bool, is_antiphase: bool) -> NDArray[numpy.float64]:
    time = numpy.arange(round(TONE_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    amplitude = AMPLITUDE * 10 ** (-SOFTER_DB / 20) if is_softer else AMPLITUDE
    tone = faded(amplitude * numpy.sin(2 * numpy.pi * FREQUENCY_HZ * time), SAMPLE_RATE, FADE_SECONDS)
    return numpy.column_stack([tone, -tone if is_antiphase else tone])
