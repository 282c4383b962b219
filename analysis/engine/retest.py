"""Test–retest reliability: how far a listener's answer to a sound that came again is the first one."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analysis.engine.intervals import two_way_interval
from analysis.engine.ratings import check_ratings
from analysis.engine.repeats import COLUMNS, repeated_answers

Floats = npt.NDArray[np.float64]


def retest_table(ratings: pd.DataFrame, methods: Sequence[str], confidence: float) -> pd.DataFrame:
    """Return the agreement of repeats with the first answers, one measure a row; empty where no sound came again.

    `correlation`: Pearson's, over all pairs, with a jackknife over listeners on Fisher's z (Efron & Tibshirani 1993,
    "An introduction to the bootstrap", chapter 11) and Student's t. `mean absolute difference`, on five points, and
    `equal answers`, a share, with two-way cluster-robust intervals. `n` counts pairs. Sessions that a screening
    excluded do not count. Raises RatingsFrameIsWrong.
    """
    checked = check_ratings(ratings)
    kept = checked.loc[checked["method"].isin(list(methods)) & (checked["exclusion"] == ""), COLUMNS]
    pairs = repeated_answers(kept).dropna(subset=["point", "point_again"])
    if pairs.empty:
        return pd.DataFrame()
    counted = {"n": len(pairs), "n_listeners": pairs["listener"].nunique(), "n_stimuli": pairs["clip_key"].nunique()}
    return pd.DataFrame([{**row, **counted} for row in _rows(pairs, confidence)])


def _rows(pairs: pd.DataFrame, confidence: float) -> Iterator[dict[str, Any]]:
    first, again = (pairs[name].to_numpy() for name in ("point", "point_again"))
    yield {"measure": "correlation", **_correlation(first, again, pairs["listener"], confidence)}
    of_pairs = {
        "mean absolute difference": (np.abs(again - first), math.inf),
        "equal answers": ((first == again).astype(np.float64), 1.0),
    }
    for measure, (values, largest) in of_pairs.items():
        interval = two_way_interval(values, pairs["listener"], pairs["clip_key"], confidence)
        yield {
            "measure": measure,
            "estimate": interval.estimate,
            "low": float(np.clip(interval.low, 0.0, largest)),
            "high": float(np.clip(interval.high, 0.0, largest)),
            "method": interval.method,
            "note": interval.note,
        }


def _correlation(first: Floats, again: Floats, listeners: pd.Series, confidence: float) -> dict[str, Any]:
    """Return Pearson's correlation of pairs [N] with its jackknife interval, or the note that says why it has none."""
    codes = pd.factorize(listeners)[0]
    first, again = first - first.mean(), again - again.mean()
    terms = np.column_stack([np.ones_like(first), first, again, first**2, again**2, first * again])
    by_listener = np.array([np.bincount(codes, term) for term in terms.T])
    total = by_listener.sum(axis=1, keepdims=True)
    estimate = float(_correlations(total)[0])
    row = {"estimate": estimate, "low": math.nan, "high": math.nan, "method": "jackknife over listeners, Fisher's z"}
    if math.isnan(estimate):
        return {**row, "note": "the first answers, or the repeats, are all equal"}
    n_listeners = by_listener.shape[1]
    left_out = _correlations(total - by_listener) if n_listeners > 1 else np.array([math.nan])
    if not np.all(np.abs([*left_out, estimate]) < 1):
        few = "one listener: nothing is known of how others differ"
        return {**row, "note": few if n_listeners < 2 else "too few answers differ for an interval"}
    z = np.arctanh(left_out)
    error = math.sqrt((n_listeners - 1) / n_listeners * float(((z - z.mean()) ** 2).sum()))
    half = float(stats.t.ppf((1 + confidence) / 2, n_listeners - 1)) * error
    low, high = np.tanh(np.arctanh(estimate) + np.array([-half, half]))
    return {**row, "low": float(low), "high": float(high), "note": ""}


def _correlations(sums: Floats) -> Floats:
    """Return the correlation of each column of sums of 1, x, y, x², y², xy [6, L] -> [L]; NaN where one is constant."""
    n, x, y, xx, yy, xy = sums
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.maximum(xx - x**2 / n, 0) * np.maximum(yy - y**2 / n, 0)
        correlations = (xy - x * y / n) / np.sqrt(spread)
    # Rounding may carry equal answers a little past one.
    return np.where(spread > 1e-12, np.clip(correlations, -1, 1), np.nan)
