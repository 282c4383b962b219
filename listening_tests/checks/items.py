"""What a check before listening asks, piece by piece."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from listening_tests.questions import AnswerField

# What forms call an item that the page asks, and the answer to it, before the item's key.
ASKED, ANSWER = "asked-", "answer-"

# All that is to be known of an item, its right answer included: plain data, kept on the server.
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class AskedItem:
    """What the listener is told of one item. Nothing in it tells the right answer.

    `sounds` holds what each of its sounds is called, empty for a single one.
    """

    field: AnswerField
    sounds: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnsweredItem:
    """An item with what was answered."""

    facts: Facts
    answer: str
    is_right: bool


@dataclass(frozen=True)
class CheckSound:
    """A sound of an item: [N] or [N, 2] samples within ±1, and how many a second."""

    waveform: numpy.ndarray
    sample_rate: int
