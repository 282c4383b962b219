"""Which of two systems is preferred: every pair by itself, and all of them on one scale."""

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from analysis.engine.intervals import two_way_interval, within_unit
from analysis.engine.ratings import NoRatings, counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("ab",)
TRIAL = ["session", "block", "trial_order"]
NEEDED = 2


def comparisons(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each comparison: listener, item, the pair in alphabetical order, and the first one's score.

    A score is 1 where `first` was preferred, 0 where `second` was, and a half for no preference. Raises NoRatings.
    """
    answers = counted_ratings(ratings, METHODS).sort_values([*TRIAL, "system"], kind="stable")
    both = answers[answers.groupby(TRIAL)["system"].transform("size") == NEEDED]
    first, second = both.iloc[0::2].reset_index(drop=True), both.iloc[1::2].reset_index(drop=True)
    if first.empty:
        raise NoRatings("No trial has compared two systems yet.")
    return pd.DataFrame(
        {
            "listener": first["listener"],
            "item": first["item"],
            "first": first["system"],
            "second": second["system"],
            "stimulus": first["stimulus"] + " " + second["stimulus"],
            "score": first["score"],
        }
    )


def preference_by_pair(ratings: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return for each pair how often the first system is preferred, ties counted half.

    `low` and `high` hold for other listeners and other clips (two-way cluster-robust). `binomial_p` is the exact
    two-sided sign test over the comparisons that were decided, which takes them for independent: what others report.
    Raises NoRatings.
    """
    pairs = comparisons(ratings)
    rows = [
        _pair(str(first), str(second), group, confidence)
        for (first, second), group in pairs.groupby(["first", "second"])
    ]
    return pd.DataFrame(rows)


def _pair(first: str, second: str, group: pd.DataFrame, confidence: float) -> dict[str, Any]:
    scores = group["score"].to_numpy(dtype=float)
    interval = within_unit(two_way_interval(scores, group["listener"], group["stimulus"], confidence))
    decided, won = int((scores != 0.5).sum()), int((scores == 1).sum())
    return {
        "first": first,
        "second": second,
        "estimate": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "n": len(group),
        "n_ties": len(group) - decided,
        "n_listeners": group["listener"].nunique(),
        "n_stimuli": group["stimulus"].nunique(),
        "binomial_p": float(stats.binomtest(won, decided).pvalue) if decided else math.nan,
        "method": interval.method,
        "note": interval.note,
    }


def bradley_terry(ratings: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return each system's strength on one scale, in logits above the mean of all, best first.

    The odds that i is preferred to j are exp(strength_i - strength_j), fitted as a binomial regression in which a tie
    is half a win of each (Bradley and Terry 1952). The interval is cluster-robust over listeners, whose choices
    resemble each other, with Student's t and listeners - 1 degrees of freedom. Raises NoRatings where systems cannot
    be placed: one never lost or never won, or they fall into groups that were never compared.
    """
    pairs = comparisons(ratings)
    systems = sorted({*pairs["first"], *pairs["second"]})
    design = _design(pairs, systems)
    _check_connected(pairs, systems)
    # The last strength is minus the sum of the others, so that they have mean 0.
    contrast = np.vstack([np.eye(len(systems) - 1), -np.ones(len(systems) - 1)])
    codes = pd.factorize(pairs["listener"])[0]
    is_clustered = len(set(codes)) > 1
    covariance: dict[str, Any] = {"cov_type": "cluster", "cov_kwds": {"groups": codes}} if is_clustered else {}
    fitted = GLM(pairs["score"].to_numpy(dtype=float), design @ contrast, family=Binomial()).fit(**covariance)
    strengths = contrast @ fitted.params
    errors = np.sqrt(np.diag(contrast @ fitted.cov_params() @ contrast.T))
    quantile = float(stats.t.ppf((1 + confidence) / 2, len(set(codes)) - 1)) if is_clustered else math.nan
    table = pd.DataFrame(
        {
            "system": systems,
            "estimate": strengths,
            "low": strengths - quantile * errors,
            "high": strengths + quantile * errors,
            "n": [int(((pairs["first"] == name) | (pairs["second"] == name)).sum()) for name in systems],
            "n_listeners": pairs["listener"].nunique(),
            "n_stimuli": pairs["stimulus"].nunique(),
            "method": "Bradley–Terry, cluster-robust over listeners",
            "note": "" if is_clustered else "one listener: nothing is known of how others differ",
        }
    )
    return table.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)


def _design(pairs: pd.DataFrame, systems: list[str]) -> np.ndarray:
    """Return [N, S]: 1 where a system is first in a comparison, -1 where it is second."""
    places = {name: place for place, name in enumerate(systems)}
    design = np.zeros((len(pairs), len(systems)))
    rows = np.arange(len(pairs))
    design[rows, pairs["first"].map(places)] = 1
    design[rows, pairs["second"].map(places)] = -1
    return design


def _check_connected(pairs: pd.DataFrame, systems: list[str]) -> None:
    """Raise NoRatings unless each system can be reached from each other one by wins (Ford 1957)."""
    beaten: dict[str, set[str]] = {name: set() for name in systems}
    for first, second, score in zip(pairs["first"], pairs["second"], pairs["score"], strict=True):
        if score > 0:
            beaten[first].add(second)
        if score < 1:
            beaten[second].add(first)
    for start in systems:
        reached, waiting = {start}, [start]
        while waiting:
            new = beaten[waiting.pop()] - reached
            reached |= new
            waiting += new
        if len(reached) < len(systems):
            missing = sorted(set(systems) - reached)
            raise NoRatings(
                f"Bradley–Terry cannot place {start!r}: directly or through others it never won against "
                f"{', '.join(missing)}. More comparisons are needed."
            )


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    tables = {"by_pair": preference_by_pair(ratings, confidence)}
    try:
        tables["bradley_terry"] = bradley_terry(ratings, confidence)
    except NoRatings:
        # The pairs stand all the same; which of them is missing, the table of pairs shows.
        return tables
    return tables


PREFERENCE = Statistic(
    slug="preference",
    title="Preference",
    unit="a comparison; listeners and clips are both taken as samples of more",
    tables=_tables,
)
