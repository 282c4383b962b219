"""When a running study may stop, and what stopping does to its intervals and tests."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from analysis.engine.planning.designs import Design, Variances
from analysis.engine.planning.half_widths import half_widths_of
from analysis.engine.planning.simulation import Floats, Simulated, batches, mean_of, share_of, simulated_scores

Looks = npt.NDArray[np.intp]

# Looks at a running study in a simulation, evenly spaced up to all its listeners.
LOOKS = 10


@dataclass(frozen=True)
class Stopped:
    """What became of simulated studies that stop at a width.

    `coverage`: the share of intervals that hold the truth when the study ends; `listeners`: how many it then has;
    `in_time`: the share of studies that stopped before they ran out of listeners, or with the last.
    """

    coverage: Simulated
    listeners: Simulated
    in_time: Simulated


def coverage_of_stopping(
    target: float,
    design: Design,
    variances: Variances,
    generator: np.random.Generator,
    studies: int = 500,
    systems: int = 2,
    confidence: float = 0.95,
) -> Stopped:
    """Play studies that are looked at ten times and stop once every system's interval is narrow enough.

    `design` has the most listeners there may be; a study that is never narrow enough ends with them.
    """
    looks = np.unique(np.linspace(max(2, design.listeners / LOOKS), design.listeners, LOOKS).round().astype(int))
    parts = [
        _stopped(simulated_scores(design, variances, generator, some, systems), target, design, looks, confidence)
        for some in batches(studies, systems * design.ratings)
    ]
    covered, listeners, in_time = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Stopped(mean_of(covered), mean_of(listeners), share_of(in_time))


def _stopped(
    scores: Floats, target: float, design: Design, looks: Looks, confidence: float
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Return of each study [B] the share of intervals that hold the truth, its listeners, and whether it stopped."""
    studies, systems, _ = scores.shape
    is_running, is_in_time = np.ones(studies, dtype=bool), np.zeros(studies, dtype=bool)
    covered, listeners = np.zeros(studies), np.zeros(studies)
    for look in looks:
        so_far = replace(design, listeners=int(look))
        flat = scores[:, :, : so_far.ratings].reshape(studies * systems, 1, so_far.ratings)
        means, halves = (each.reshape(studies, systems) for each in half_widths_of(flat, so_far, confidence))
        is_narrow = np.asarray((halves <= target).all(axis=1))
        ends = is_running & (is_narrow | (look == looks[-1]))
        covered[ends] = (np.abs(means) <= halves).mean(axis=1)[ends]
        listeners[ends], is_in_time[ends] = look, is_narrow[ends]
        is_running &= ~ends
    return covered, listeners, is_in_time


def may_stop(half_widths: Floats, target: float) -> bool:
    """Return whether every interval is known and no wider than the target on either side.

    Stopping at a width hardly touches coverage (`coverage_of_stopping` says how far), because the width says little of
    where the interval lies. Stopping at significance does: see `error_of_peeking`.
    """
    return bool((np.asarray(half_widths) <= target).all())


def error_of_peeking(looks: int, generator: np.random.Generator, level: float = 0.05, studies: int = 20_000) -> float:
    """Return how often a study of two equal systems is called significant that is tested at `looks` equal steps.

    Normal means of independent batches, stopped at the first p below `level` (Armitage, McPherson & Rowe 1969,
    "Repeated significance tests on accumulating data", JRSS A 132(2): .193 for ten looks at .05).
    """
    steps = generator.normal(size=(studies, looks)).cumsum(axis=1) / np.sqrt(np.arange(1, looks + 1))
    return float((np.abs(steps).max(axis=1) > stats.norm.ppf(1 - level / 2)).mean())
