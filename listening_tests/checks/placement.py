"""Where a block's checks stand among its samples. Pure: no database, no global randomness."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from listening_tests.roles import TrialRole

# So many trials lie between a sample and its repeat, where the block has room for them.
LEAST_DISTANCE = 3


@dataclass(frozen=True)
class Placed:
    """A set of stimuli in a session's block; `repeats` is the sample that it repeats, if it does."""

    set_id: int
    word: str
    role: TrialRole = TrialRole.SAMPLE
    repeats: "Placed | None" = None


def place_checks(samples: Sequence[Placed], checks: Sequence[Placed], *, n_repeats: int, seed: int) -> list[Placed]:
    """Return samples and checks in one order; the same for the same seed. The samples keep theirs.

    No check comes first, and none next to another or to a trial of its own word if that can be helped. Repeats are
    drawn by lot among the earlier half of the samples and come when some other trials have passed.
    """
    dice = random.Random(seed)
    order = list(samples)
    for check in dice.sample(list(checks), len(checks)):
        order.insert(_slot(order, check, 1, dice), check)
    early = list(samples[: n_repeatable(len(samples))])
    for first in dice.sample(early, min(n_repeats, len(early))):
        again = Placed(first.set_id, first.word, TrialRole.REPEAT, repeats=first)
        earliest = min(order.index(first) + 1 + LEAST_DISTANCE, len(order))
        order.insert(_slot(order, again, earliest, dice), again)
    return order


def n_repeatable(n_samples: int) -> int:
    """Return how many samples of a block can be repeated: those of its earlier half."""
    return max(1, n_samples // 2)


def _slot(order: Sequence[Placed], new: Placed, earliest: int, dice: random.Random) -> int:
    """Return where to insert a trial, not before `earliest`: anywhere among the places with the fewest clashes."""
    clashes = {slot: _clashes(order, new, slot) for slot in range(earliest, len(order) + 1)}
    fewest = min(clashes.values())
    return dice.choice([slot for slot, count in clashes.items() if count == fewest])


def _clashes(order: Sequence[Placed], new: Placed, slot: int) -> int:
    """Return how many neighbours of a place are checks themselves or of the same word."""
    neighbours = order[max(0, slot - 1) : slot + 1]
    return sum((other.word == new.word) + (other.role != TrialRole.SAMPLE) for other in neighbours)
