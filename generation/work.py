"""What a worker and the code that does an item's work say to each other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class DeviceIsLost(RuntimeError):
    """The device that this process computes on no longer answers it, and will not until the process is replaced."""


@dataclass(frozen=True)
class Work:
    """One item of work.

    shared: what all items of the job share; parameters: the item's own. name: of this attempt, for file names that no
    other attempt uses. report(fraction, note): call it often; it raises when the work is no longer wanted.
    """

    shared: dict[str, Any]
    parameters: dict[str, Any]
    name: str
    report: Callable[[float, str], None]


def nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Outcome:
    """What came of an item.

    store: writes its rows and returns its result; called in the transaction that commits the item, so that the rows
    are there exactly if the item is done. discard: removes the item's files if it cannot be committed.
    """

    store: Callable[[], dict[str, Any]]
    discard: Callable[[], None] = nothing


Handler = Callable[[Work], Outcome]
