"""Play many studies at once, and do to each what is done to real ones: means with two-way cluster-robust variances.

Ratings of a system stand in one row, listener after listener; the k-th is of stimulus k modulo S. So every listener
rates different stimuli, every stimulus gets as many ratings as any other (give or take one), and no index is needed.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from analysis.engine.planning.designs import Design, Variances

Floats = npt.NDArray[np.float64]

# Numbers held at a time while studies are played.
HELD = 2_000_000
# Of the simulation's own error.
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Simulated:
    """What simulated studies say, with the 95 % interval of the simulation itself; `studies`: how many were played."""

    value: float
    low: float
    high: float
    studies: int


def share_of(found: npt.NDArray[np.bool_]) -> Simulated:
    """Return the share of studies [B] in which something is so, with Wilson's interval."""
    studies, share = len(found), float(found.mean())
    square = float(stats.norm.ppf((1 + CONFIDENCE) / 2)) ** 2 / studies
    centre, spread = share + square / 2, math.sqrt(square * (share * (1 - share) + square / 4))
    return Simulated(share, (centre - spread) / (1 + square), (centre + spread) / (1 + square), studies)


def quantile_of(values: Floats, share: float) -> Simulated:
    """Return the smallest of values [B] that a share of them does not exceed; its interval is had from the ranks.

    An end that lies outside all values is infinite: too few studies were played to tell.
    """
    ranked, studies = np.sort(values), len(values)
    ends = [int(stats.binom.ppf(tail, studies, share)) for tail in ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)]
    low = float(ranked[ends[0] - 1]) if ends[0] > 0 else -math.inf
    high = float(ranked[ends[1]]) if ends[1] < studies else math.inf
    return Simulated(float(ranked[math.ceil(share * studies - 1e-9) - 1]), low, high, studies)


def mean_of(values: Floats) -> Simulated:
    """Return the mean of values [B], one of each study, with its normal interval."""
    half = float(stats.norm.ppf((1 + CONFIDENCE) / 2)) * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    mean = float(np.mean(values))
    return Simulated(mean, mean - half, mean + half, len(values))


def batches(studies: int, numbers: int) -> Iterator[int]:
    """Give how many studies to play at a time, each of so many numbers."""
    at_a_time = max(1, HELD // numbers)
    while studies > 0:
        yield min(studies, at_a_time)
        studies -= at_a_time


def simulated_scores(
    design: Design, variances: Variances, generator: np.random.Generator, studies: int, systems: int = 2
) -> Floats:
    """Draw the ratings of studies of equal systems [B, K, ratings]: normal effects on a scale without ends."""
    listeners, each, stimuli = design.listeners, design.each, design.stimuli_rated
    of_listeners = math.sqrt(variances.listener) * generator.normal(size=(studies, 1, listeners))
    of_listeners = of_listeners + math.sqrt(variances.listener_by_system) * generator.normal(
        size=(studies, systems, listeners)
    )
    shared = math.sqrt(design.matched) * generator.normal(size=(studies, 1, stimuli))
    own = math.sqrt(1 - design.matched) * generator.normal(size=(studies, systems, stimuli))
    scores = math.sqrt(variances.residual) * generator.normal(size=(studies, systems, design.ratings))
    scores += np.repeat(of_listeners, each, axis=2)
    scores += math.sqrt(variances.stimulus) * (shared + own)[:, :, np.arange(design.ratings) % stimuli]
    return scores


def two_way_errors(influences: Floats, design: Design) -> Floats:
    """Return two-way cluster-robust standard errors [B] from the influences [B, K, ratings] of each rating.

    As `comparisons.pair_variances` for a difference (influences of the second system negative) and as
    `intervals.two_way_interval` for one mean, small-sample corrections and floor too.
    """
    studies, systems, ratings = influences.shape
    stimuli, is_matched = design.stimuli_rated, design.matched > 0
    both = influences.sum(axis=1, keepdims=True) if is_matched else influences
    rounds = -(-ratings // stimuli)
    padded = np.zeros((studies, both.shape[1], rounds * stimuli))
    padded[:, :, :ratings] = both
    sums = (
        influences.sum(axis=1).reshape(studies, design.listeners, design.each).sum(axis=2),
        padded.reshape(studies, both.shape[1], rounds, stimuli).sum(axis=2).reshape(studies, -1),
        both.reshape(studies, -1),
    )
    correction = (systems * ratings - 1) / (systems * ratings - systems)
    by_listener, by_stimulus, by_both = (
        correction * each.shape[1] / (each.shape[1] - 1) * (each**2).sum(axis=1) for each in sums
    )
    variances = by_listener + by_stimulus - by_both
    return np.asarray(np.sqrt(np.where(variances > 0, variances, np.maximum(by_listener, by_stimulus))))
