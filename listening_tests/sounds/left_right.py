"""Digits on one ear each: who can add them up hears both sides (the two-ear arithmetic of the P.808 toolkit)."""

from collections.abc import Sequence
from enum import IntEnum

import numpy
from numpy.typing import NDArray

from listening_tests.sounds.slots import in_slots

PAUSE_SECONDS = 0.3


class Ear(IntEnum):
    LEFT = 0
    RIGHT = 1


class DigitsHaveNoEars(ValueError):
    """Not every digit has an ear, or an ear has no digit: half the headphones would do."""


def digits_on_ears(
    digits: Sequence[NDArray[numpy.float64]], ears: Sequence[Ear], rate: int, slot_seconds: float
) -> NDArray[numpy.float64]:
    """Return spoken digits, [N] each, one after another, each on its ear alone: [M, 2].

    Every digit has a slot of its own, so that the length tells nothing. Raises DigitsHaveNoEars, WordIsTooLong.
    """
    if len(digits) != len(ears) or set(ears) != set(Ear):
        raise DigitsHaveNoEars(f"{len(digits)} digits for the ears {[ear.name for ear in ears]}: give each ear some.")
    both = [numpy.zeros((len(digit), len(Ear))) for digit in digits]
    for sound, digit, ear in zip(both, digits, ears, strict=True):
        sound[:, ear] = digit
    return in_slots(both, rate, slot_seconds, PAUSE_SECONDS)
