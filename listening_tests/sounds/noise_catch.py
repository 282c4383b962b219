"""A clip's place taken by noise: whoever rates it as speech does not listen."""

import numpy
from numpy.typing import NDArray

from listening_tests.sounds.noise import shaped_like


def noise_in_place_of(clip: NDArray[numpy.float64], rate: int, seed: int) -> NDArray[numpy.float64]:
    """Return noise [N] of a clip's length, long-term level and long-term spectrum. Raises SoundHasNoLevel."""
    return shaped_like(clip, rate, len(clip), numpy.random.default_rng(seed))
