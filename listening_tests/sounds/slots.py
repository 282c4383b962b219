"""Spoken words in slots of one length, so that a sound's length does not tell what is said."""

from collections.abc import Sequence

import numpy
from numpy.typing import NDArray

from listening_tests.sounds.intervals import one_after_another


class WordIsTooLong(ValueError):
    """A spoken word lasts longer than its slot."""


def in_slots(
    words: Sequence[NDArray[numpy.float64]], rate: int, slot_seconds: float, pause_seconds: float
) -> NDArray[numpy.float64]:
    """Return spoken words, [N] or [N, C] each, at the beginnings of slots, with pauses around. Raises WordIsTooLong."""
    length = round(slot_seconds * rate)
    longest = max(len(word) for word in words)
    if longest > length:
        raise WordIsTooLong(f"A word lasts {longest / rate:.2f} s, its slot {slot_seconds} s: give longer slots.")
    padding = [((0, length - len(word)), *((0, 0),) * (word.ndim - 1)) for word in words]
    return one_after_another(
        [numpy.pad(word, each) for word, each in zip(words, padding, strict=True)], rate, pause_seconds
    )
