"""Beeps to be counted."""

import numpy
from numpy.typing import NDArray

BEEP_COUNTS = (2, 3, 4)
SAMPLE_RATE = 16_000
# Every sound has room for the most beeps, so its length does not give the number away.
BEEP_SECONDS, GAP_SECONDS, EDGE_SECONDS = 0.32, 0.3, 0.2


def beeps(count: int) -> NDArray[numpy.float64]:
    """Return soft beeps of two tones a fifth apart, at about -23 dB of full scale: [N] samples within ±1."""
    most = max(BEEP_COUNTS)
    seconds = 2 * EDGE_SECONDS + most * BEEP_SECONDS + (most - 1) * GAP_SECONDS
    waveform = numpy.zeros(round(seconds * SAMPLE_RATE))
    time = numpy.arange(round(BEEP_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    # A raised cosine: a beep that fades in and out does not click.
    fade = 0.5 - 0.5 * numpy.cos(2 * numpy.pi * time / BEEP_SECONDS)
    beep = 0.16 * fade * (numpy.sin(2 * numpy.pi * 440 * time) + 0.6 * numpy.sin(2 * numpy.pi * 660 * time))
    for number in range(count):
        start = round((EDGE_SECONDS + number * (BEEP_SECONDS + GAP_SECONDS)) * SAMPLE_RATE)
        waveform[start : start + len(beep)] = beep
    return waveform
