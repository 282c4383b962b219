"""Mean opinion scores by system, by item, and by system and item."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.engine.intervals import independent_interval, two_way_interval
from analysis.engine.ratings import RatingsFrameIsWrong, counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("acr", "acr_clarity")


def mean_opinion_score(ratings: pd.DataFrame, by: Sequence[str], confidence: float = 0.95) -> pd.DataFrame:
    """Return the mean score of each cell of `by` (say ["system"]) with its intervals, best first.

    The estimate is the plain mean of a cell's scores (ITU-T P.800.1). `low` and `high` hold for other listeners and
    other stimuli (`intervals.two_way_interval`); `independent_low` and `independent_high` are what others report.
    Raises NoRatings, or RatingsFrameIsWrong if the scores stand on different scales.
    """
    scored = counted_ratings(ratings, METHODS)
    _check_one_scale(scored)
    rows = [_row(by, cell, group, confidence) for cell, group in scored.groupby(list(by), sort=True)]
    return pd.DataFrame(rows).sort_values("estimate", ascending=False, kind="stable", ignore_index=True)


def _check_one_scale(scored: pd.DataFrame) -> None:
    scales = scored[["scale_min", "scale_max"]].drop_duplicates()
    if len(scales) > 1:
        raise RatingsFrameIsWrong(f"The scores stand on {len(scales)} different scales: analyse each by itself.")
    missing = scored["score"].isna()
    if missing.any():
        raise RatingsFrameIsWrong(f"ratings: column 'score', row {int(missing.argmax()) + 1} of acr: no score.")


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


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    return {
        "by_system": mean_opinion_score(ratings, ["system"], confidence),
        "by_item": mean_opinion_score(ratings, ["item"], confidence),
        "by_system_and_item": mean_opinion_score(ratings, ["system", "item"], confidence),
    }


MEAN_OPINION_SCORE = Statistic(
    slug="mean_opinion_score",
    title="Mean opinion score",
    unit="a rating; listeners and clips are both taken as samples of more",
    tables=_tables,
)
