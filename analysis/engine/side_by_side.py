"""Two computations at once, the second in a process of its own that shares the first one's memory."""

import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

First = TypeVar("First")
Second = TypeVar("Second")

# A fork shares what is in memory; elsewhere a million ratings would be copied, or forking is not safe.
CAN_FORK = sys.platform == "linux"
# In the forked process alone: what it has to compute. Handed on by the fork, it need not be picklable.
_inherited: list[Callable[[], Any]] = []


class ProcessDied(Exception):
    """The process beside ended without a result."""


def side_by_side(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """Return what both give. `second` changes nothing outside itself, and what it gives must be picklable.

    Where a process cannot be forked, one comes after the other. Raises what either raises, and ProcessDied.
    """
    if not CAN_FORK:
        return first(), second()
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, mp_context=fork, initializer=_inherited.append, initargs=(second,)) as beside:
        promised = beside.submit(_compute)
        own = first()
        try:
            return own, promised.result()
        except BrokenProcessPool as error:
            raise ProcessDied(
                "A process that computed a part of the numbers was killed, probably for lack of memory: give the "
                "analysis more memory, or let less run beside it."
            ) from error


def _compute() -> Any:
    return _inherited[-1]()
