"""When a running study may stop, and what stopping does to its intervals and tests."""

import numpy as np
from scipy import stats

from analysis.engine.planning.simulation import Floats


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
