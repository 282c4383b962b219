"""What a study is planned from: how ratings vary, and how many listeners and stimuli there are."""

import math
from collections.abc import Callable
from dataclasses import dataclass

# Beyond so many listeners no study is planned.
MOST = 10_000


class PlanIsOutOfReach(Exception):
    """No number of listeners gives what was asked for."""


class DesignIsImpossible(ValueError):
    """No study can be made like this."""


@dataclass(frozen=True)
class Variances:
    """How much single ratings of one system vary between listeners, between stimuli, and beyond both.

    `listener_by_system`: how far listeners differ in the difference of two systems, half of it for each. The defaults
    are lme4's for the English naturalness ratings of the Voice Conversion Challenge 2020, in points squared on a scale
    from 1 to 5 (`pilot.variances_of_pilot` gives a pilot's own).
    """

    listener: float = 0.16725
    stimulus: float = 0.12803
    residual: float = 0.46123
    listener_by_system: float = 0.0


@dataclass(frozen=True)
class Design:
    """Listeners, and stimuli of each system.

    `matched`: the correlation of two systems' stimuli that say the same; 0 where they say different things. `heard`:
    how many stimuli of each system one listener rates, each once; all of them if it is None. Ratings are spread
    evenly: the numbers of ratings of two stimuli differ by one at the most.
    """

    listeners: int
    stimuli: int
    matched: float = 0.0
    heard: int | None = None

    def __post_init__(self) -> None:
        if min(self.listeners, self.stimuli, self.each) < 1:
            raise DesignIsImpossible(f"{self}: every number has to be 1 or more.")
        if self.each > self.stimuli:
            raise DesignIsImpossible(
                f"A listener cannot rate {self.each} of {self.stimuli} stimuli of a system once each: ask for fewer "
                "trials per listener, or take more stimuli."
            )
        if not 0 <= self.matched <= 1:
            raise DesignIsImpossible(f"The correlation of matched stimuli is {self.matched:g}: it is between 0 and 1.")

    @property
    def each(self) -> int:
        """How many stimuli of each system one listener rates."""
        return self.stimuli if self.heard is None else self.heard

    @property
    def ratings(self) -> int:
        """The ratings of each system."""
        return self.listeners * self.each

    @property
    def stimuli_rated(self) -> int:
        """The stimuli of each system that anybody rates."""
        return min(self.stimuli, self.ratings)

    @property
    def freedom(self) -> int:
        """The degrees of freedom of the two-way cluster test."""
        return min(self.listeners, self.stimuli_rated) - 1


def error_of_difference(design: Design, variances: Variances) -> float:
    """Return the standard error of the difference of two systems' means.

    2 (1 - matched) stimulus / S + 2 listener_by_system / L + 2 residual / ratings: what differs between listeners
    alone cancels, and no number of listeners lifts the floor that the stimuli set.
    """
    per_system = (
        (1 - design.matched) * variances.stimulus / design.stimuli_rated
        + variances.listener_by_system / design.listeners
        + variances.residual / design.ratings
    )
    return math.sqrt(2 * per_system)


def fewest_listeners(is_enough: Callable[[int], bool], why_never: str) -> int:
    """Return the smallest number of listeners, from 2, that is enough. Raises PlanIsOutOfReach, saying why."""
    if not is_enough(MOST):
        raise PlanIsOutOfReach(why_never)
    low, high = 1, MOST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high
