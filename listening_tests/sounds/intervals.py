"""Sounds after one another, with soft edges."""

from collections.abc import Sequence

import numpy
from numpy.typing import NDArray


def faded(sound: NDArray[numpy.float64], rate: int, seconds: float) -> NDArray[numpy.float64]:
    """Return a sound, [N] or [N, C], that comes in and goes out on a raised cosine, so that it does not click."""
    length = round(seconds * rate)
    rise = 0.5 - 0.5 * numpy.cos(numpy.pi * (numpy.arange(length) + 0.5) / length)
    envelope = numpy.ones(len(sound))
    envelope[:length] *= rise
    envelope[-length:] *= rise[::-1]
    return sound * envelope.reshape(-1, *(1,) * (sound.ndim - 1))


def one_after_another(
    sounds: Sequence[NDArray[numpy.float64]], rate: int, pause_seconds: float
) -> NDArray[numpy.float64]:
    """Return sounds of one shape, [N] or [N, C], with a pause before, between and after them."""
    pause = numpy.zeros((round(pause_seconds * rate), *sounds[0].shape[1:]))
    parts = [pause]
    for sound in sounds:
        parts += [sound, pause]
    return numpy.concatenate(parts)
