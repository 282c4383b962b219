"""Means of scores with their intervals, cell by cell: what every method with a scale begins with."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.engine.intervals import independent_interval, two_way_interval

# What intervals need of a rating.
RATED = ("listener", "clip_key", "score")


def numbered(counted: pd.DataFrame) -> pd.DataFrame:
    """Return ratings with numbers for listeners and clips, in the order of their names: they group as these do, faster.

    For whoever looks at many groups of ratings, and shows no names.
    """
    return counted.assign(**{name: pd.factorize(counted[name], sort=True)[0] for name in ("listener", "clip_key")})


def mean_scores(scored: pd.DataFrame, by: Sequence[str], confidence: float) -> pd.DataFrame:
    """Return the mean score of each cell of `by` (say ["system"]) with its intervals, best first.

    `scored` are counted ratings of one method. `low` and `high` hold for other listeners and other stimuli
    (`intervals.two_way_interval`); `independent_low` and `independent_high` are what others report.
    """
    cells = numbered(scored).groupby(list(by), sort=True)[[*RATED]]
    rows = [_row(by, cell, group, confidence) for cell, group in cells]
    return pd.DataFrame(rows).sort_values("estimate", ascending=False, kind="stable", ignore_index=True)


def _row(by: Sequence[str], cell: Any, group: pd.DataFrame, confidence: float) -> dict[str, Any]:
    scores = group["score"].to_numpy()
    interval = two_way_interval(scores, group["listener"], group["clip_key"], confidence)
    independent = independent_interval(scores, confidence)
    return {
        **dict(zip(by, cell, strict=True)),
        "estimate": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "standard_error": interval.standard_error,
        "n": len(group),
        "n_listeners": group["listener"].nunique(),
        "n_stimuli": group["clip_key"].nunique(),
        "independent_low": independent.low,
        "independent_high": independent.high,
        "method": interval.method,
        "note": interval.note,
    }
