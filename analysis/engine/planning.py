"""How many listeners and stimuli a study needs, what it can find, and when it may stop."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from analysis.engine.comparisons import pair_variances

Floats = npt.NDArray[np.float64]

# Beyond so many listeners or stimuli no study is planned.
MOST = 10_000


class DifferenceIsOutOfReach(Exception):
    """No number of listeners or of stimuli finds a difference."""


@dataclass(frozen=True)
class Variances:
    """How much single ratings of one system vary between listeners, between stimuli, and beyond both.

    `listener_by_system`: how far listeners differ in the difference of two systems, half of it for each. The defaults
    are lme4's for the English naturalness ratings of the Voice Conversion Challenge 2020, in points squared on a scale
    from 1 to 5 (`fit_crossed` gives a pilot's own).
    """

    listener: float = 0.16725
    stimulus: float = 0.12803
    residual: float = 0.46123
    listener_by_system: float = 0.0


@dataclass(frozen=True)
class Design:
    """Listeners and stimuli of each system; every listener rates every stimulus of both systems once.

    `matched`: the correlation of two systems' stimuli that say the same; 0 where they say different things.
    """

    listeners: int
    stimuli: int
    matched: float = 0.0


def error_of_difference(design: Design, variances: Variances) -> float:
    """Return the standard error of the difference of two systems' means.

    2 (1 - matched) stimulus / S + 2 listener_by_system / L + 2 residual / (L S): what differs between listeners alone
    cancels, and no number of listeners lifts the floor that the stimuli set.
    """
    per_system = (
        (1 - design.matched) * variances.stimulus / design.stimuli
        + variances.listener_by_system / design.listeners
        + variances.residual / (design.listeners * design.stimuli)
    )
    return math.sqrt(2 * per_system)


def smallest_detectable_difference(
    design: Design, variances: Variances, power: float = 0.8, level: float = 0.05
) -> float:
    """Return the difference that a two-way cluster test at `level` finds with probability `power`.

    (t_(1 - level/2) + t_power) times `error_of_difference`, with min(listeners, stimuli) - 1 degrees of freedom.
    """
    freedom = min(design.listeners, design.stimuli) - 1
    quantiles = stats.t.ppf(1 - level / 2, freedom) + stats.t.ppf(power, freedom)
    return float(quantiles) * error_of_difference(design, variances)


def listeners_needed(
    difference: float, stimuli: int, variances: Variances, matched: float = 0.0, power: float = 0.8, level: float = 0.05
) -> int:
    """Return the fewest listeners with whom `difference` is found. Raises DifferenceIsOutOfReach."""

    def is_enough(listeners: int) -> bool:
        return (
            smallest_detectable_difference(Design(listeners, stimuli, matched), variances, power, level) <= difference
        )

    if not is_enough(MOST):
        raise DifferenceIsOutOfReach(
            f"With {stimuli} stimuli of each system no number of listeners up to {MOST:,} finds a difference of "
            f"{difference:g}: take more stimuli."
        )
    low, high = 1, MOST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def simulated_power(
    difference: float,
    design: Design,
    variances: Variances,
    generator: np.random.Generator,
    studies: int = 500,
    level: float = 0.05,
) -> float:
    """Return the share of simulated studies whose two-way cluster test finds a difference of two systems.

    Normal effects on a scale without ends: a real scale from 1 to 5 cuts them off and rounds them.
    """
    listeners, systems, numbers = (place.ravel() for place in np.indices((design.listeners, 2, design.stimuli)))
    clips = systems * design.stimuli + numbers
    quantile = stats.t.ppf(1 - level / 2, min(design.listeners, design.stimuli) - 1)
    # Matched stimuli are one sampled item, as `pairwise_differences` takes them.
    stimuli = numbers if design.matched else clips
    found = 0
    for _ in range(studies):
        effects = _effects(design, variances, generator)
        scores = difference * (systems == 0) + effects[listeners, systems, numbers]
        variance = pair_variances(scores, systems, listeners, stimuli)
        squared = max(float(variance.two_way[0, 1]), 0.0) or float(variance.by_stimulus[0, 1])
        means = np.bincount(systems, scores) / np.bincount(systems)
        found += abs(means[0] - means[1]) > quantile * math.sqrt(squared)
    return found / studies


def _effects(design: Design, variances: Variances, generator: np.random.Generator) -> Floats:
    """Draw all that varies in one study [L, 2, S]."""
    shape = (design.listeners, 2, design.stimuli)
    shared = math.sqrt(design.matched) * generator.normal(size=(1, 1, design.stimuli))
    own = math.sqrt(1 - design.matched) * generator.normal(size=(1, *shape[1:]))
    return np.asarray(
        math.sqrt(variances.listener) * generator.normal(size=(design.listeners, 1, 1))
        + math.sqrt(variances.listener_by_system) * generator.normal(size=(design.listeners, 2, 1))
        + math.sqrt(variances.stimulus) * (shared + own)
        + math.sqrt(variances.residual) * generator.normal(size=shape)
    )


def may_stop(half_widths: Floats, target: float) -> bool:
    """Return whether every interval is known and no wider than the target on either side.

    Stopping at a width hardly touches coverage (`.943` of nominal 95 % in simulated studies), because the width says
    little of where the interval lies. Stopping at significance does: see `error_of_peeking`.
    """
    return bool((np.asarray(half_widths) <= target).all())


def error_of_peeking(looks: int, generator: np.random.Generator, level: float = 0.05, studies: int = 20_000) -> float:
    """Return how often a study of two equal systems is called significant that is tested at `looks` equal steps.

    Normal means of independent batches, stopped at the first p below `level` (Armitage, McPherson & Rowe 1969,
    "Repeated significance tests on accumulating data", JRSS A 132(2): .193 for ten looks at .05).
    """
    steps = generator.normal(size=(studies, looks)).cumsum(axis=1) / np.sqrt(np.arange(1, looks + 1))
    return float((np.abs(steps).max(axis=1) > stats.norm.ppf(1 - level / 2)).mean())
