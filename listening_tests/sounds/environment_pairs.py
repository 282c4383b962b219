"""One clip with more and with less noise: who cannot tell which is better listens in too loud a place.

The environment check of ITU-T P.808 as its toolkit does it, at 40 and 50 dB; the noise is ours.
"""

import numpy
from numpy.typing import NDArray

from listening_tests.sounds.noise import below

WORSE_SNR_DB, BETTER_SNR_DB = 40.0, 50.0


def with_noise(clip: NDArray[numpy.float64], snr_db: float, seed: int) -> NDArray[numpy.float64]:
    """Return a clip [N] with white noise so many decibels below its root mean square. Raises SoundHasNoLevel."""
    noise = numpy.random.default_rng(seed).standard_normal(len(clip))
    return clip + below(clip, noise, snr_db)
