"""How long work tells how far it is: a fraction from 0 to 1 and a note for people.

A progress function may raise to end the work (its job was cancelled, its lease lost); what was begun leaves nothing
half-written.
"""

from collections.abc import Callable

Progress = Callable[[float, str], None]


def unwatched(fraction: float, note: str) -> None:
    """Take no notice of the progress, where nobody looks."""
