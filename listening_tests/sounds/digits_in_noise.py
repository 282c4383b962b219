"""Three digits in noise, to be written down: a hearing test that needs no calibrated level.

Smits, Kapteyn and Houtgast (2004), Development and validation of an automatic speech-in-noise screening test by
telephone. The voice is a synthesiser's, so the thresholds published for recorded voices do not hold for it.
"""

from collections.abc import Sequence

import numpy
from numpy.typing import NDArray

from listening_tests.sounds.noise import below, root_mean_square, shaped_like
from listening_tests.sounds.slots import in_slots

# The noise comes before the first digit and stays behind the last one.
PAUSE_SECONDS = 0.4
# Root mean square of the whole, of full scale: as loud as the clips at -23 LUFS.
LEVEL = 0.06


def triplet_in_noise(
    digits: Sequence[NDArray[numpy.float64]],
    voice: NDArray[numpy.float64],
    rate: int,
    *,
    slot_seconds: float,
    snr_db: float,
    seed: int,
) -> NDArray[numpy.float64]:
    """Return three spoken digits, [N] each, in noise with the long-term spectrum of the voice [V]: [M].

    The ratio of speech to noise is that of root mean squares while a digit is spoken; all digits have one level. The
    whole is as loud at every ratio. Raises WordIsTooLong, SoundHasNoLevel.
    """
    levelled = [digit / root_mean_square(digit) for digit in digits]
    speech = in_slots(levelled, rate, slot_seconds, PAUSE_SECONDS)
    noise = shaped_like(voice, rate, len(speech), numpy.random.default_rng(seed))
    mixed = speech + below(numpy.concatenate(levelled), noise, snr_db)
    return mixed * (LEVEL / root_mean_square(mixed))
