"""What difference of two systems a rating study finds, by formula and by playing studies."""

import math

import numpy as np
from scipy import stats

from analysis.engine.planning.designs import (
    MOST,
    Design,
    PlanIsOutOfReach,
    Variances,
    error_of_difference,
    fewest_listeners,
)
from analysis.engine.planning.simulation import (
    Floats,
    Simulated,
    batches,
    quantile_of,
    share_of,
    simulated_scores,
    two_way_errors,
)

POWER, LEVEL = 0.8, 0.05


def smallest_detectable_difference(
    design: Design, variances: Variances, power: float = POWER, level: float = LEVEL
) -> float:
    """Return the difference that a two-way cluster test at `level` finds with probability `power`.

    (t_(1 - level/2) + t_power) times `error_of_difference`, with min(listeners, stimuli) - 1 degrees of freedom;
    infinite with one listener or one stimulus.
    """
    if design.freedom < 1:
        return math.inf
    quantiles = stats.t.ppf(1 - level / 2, design.freedom) + stats.t.ppf(power, design.freedom)
    return float(quantiles) * error_of_difference(design, variances)


def floor_of_stimuli(
    stimuli: int, variances: Variances, matched: float = 0.0, power: float = POWER, level: float = LEVEL
) -> float:
    """Return the smallest difference that any number of listeners finds with these stimuli of each system."""
    quantiles = stats.t.ppf(1 - level / 2, stimuli - 1) + stats.t.ppf(power, stimuli - 1)
    return float(quantiles) * math.sqrt(2 * (1 - matched) * variances.stimulus / stimuli)


def listeners_needed(
    difference: float,
    stimuli: int,
    variances: Variances,
    matched: float = 0.0,
    power: float = POWER,
    level: float = LEVEL,
    heard: int | None = None,
) -> int:
    """Return the fewest listeners with whom `difference` is found, by formula. Raises PlanIsOutOfReach."""

    def is_enough(listeners: int) -> bool:
        design = Design(listeners, stimuli, matched, heard)
        return smallest_detectable_difference(design, variances, power, level) <= difference

    return fewest_listeners(is_enough, _why_never(difference, stimuli))


def simulated_listeners_needed(
    difference: float,
    stimuli: int,
    variances: Variances,
    seed: int,
    studies: int,
    matched: float = 0.0,
    power: float = POWER,
    level: float = LEVEL,
    heard: int | None = None,
) -> int:
    """Return the fewest listeners with whom simulated studies find `difference` often enough.

    Every number of listeners is tried with the same seed, between half and twice what the formula says.
    Raises PlanIsOutOfReach.
    """
    guess = listeners_needed(difference, stimuli, variances, matched, power, level, heard)
    low, high = max(1, guess // 2), min(MOST, 2 * guess + 2)

    def power_with(listeners: int) -> float:
        design = Design(listeners, stimuli, matched, heard)
        return simulated_power(difference, design, variances, np.random.default_rng(seed), studies, level).value

    if power_with(high) < power:
        raise PlanIsOutOfReach(_why_never(difference, stimuli))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power_with(middle) >= power else (middle, high)
    return high


def _why_never(difference: float, stimuli: int) -> str:
    return (
        f"With {stimuli} stimuli of each system no number of listeners up to {MOST:,} finds a difference of "
        f"{difference:g}: take more stimuli."
    )


def simulated_power(
    difference: float,
    design: Design,
    variances: Variances,
    generator: np.random.Generator,
    studies: int = 500,
    level: float = LEVEL,
) -> Simulated:
    """Return the share of simulated studies whose two-way cluster test finds a difference of two systems.

    Normal effects on a scale without ends: a real scale from 1 to 5 cuts them off and rounds them.
    """
    estimates, reaches = _tested(design, variances, generator, studies, level)
    return share_of(np.abs(estimates + difference) > reaches)


def simulated_smallest_difference(
    design: Design,
    variances: Variances,
    generator: np.random.Generator,
    studies: int = 500,
    power: float = POWER,
    level: float = LEVEL,
) -> Simulated:
    """Return the difference that a share `power` of simulated studies finds, with the right sign.

    A difference moves a study's estimate and leaves its standard error, so that each study played without one tells
    from which difference on it would be significant.
    """
    estimates, reaches = _tested(design, variances, generator, studies, level)
    return quantile_of(reaches - estimates, power)


def _tested(
    design: Design, variances: Variances, generator: np.random.Generator, studies: int, level: float
) -> tuple[Floats, Floats]:
    """Play studies of two equal systems: estimates of their difference, and from where on each is significant [B]."""
    estimates, errors = [], []
    for some in batches(studies, 2 * design.ratings):
        scores = simulated_scores(design, variances, generator, some)
        means = scores.mean(axis=2, keepdims=True)
        influences = (scores - means) / design.ratings
        influences[:, 1] *= -1
        estimates.append(means[:, 0, 0] - means[:, 1, 0])
        errors.append(two_way_errors(influences, design))
    quantile = float(stats.t.ppf(1 - level / 2, design.freedom))
    return np.concatenate(estimates), quantile * np.concatenate(errors)
