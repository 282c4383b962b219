"""Whether listeners can tell two systems apart (ABX)."""

from typing import Any

import pandas as pd
from scipy import stats

from analysis.engine.intervals import two_way_interval, wilson_interval, within_unit
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("abx",)
CHANCE = 0.5


def discrimination(ratings: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return, for all trials and for each system that X was, how often X was matched rightly.

    `low` and `high` hold for other listeners and other clips (two-way cluster-robust); Wilson's interval and the
    exact one-sided binomial `binomial_p` against one half take the trials for independent. Raises NoRatings.
    """
    answers = counted_ratings(ratings, METHODS)
    groups = [("all", answers), *answers.groupby("system", sort=True)]
    return pd.DataFrame([{"system": name, **_row(group, confidence)} for name, group in groups])


def _row(group: pd.DataFrame, confidence: float) -> dict[str, Any]:
    scores = group["score"].to_numpy(dtype=float)
    n_right = int(scores.sum())
    interval = within_unit(two_way_interval(scores, group["listener"], group["stimulus"], confidence))
    wilson = wilson_interval(n_right, len(scores), confidence)
    return {
        "estimate": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "n": len(scores),
        "n_correct": n_right,
        "n_listeners": group["listener"].nunique(),
        "n_stimuli": group["stimulus"].nunique(),
        "chance": CHANCE,
        "wilson_low": wilson.low,
        "wilson_high": wilson.high,
        "binomial_p": float(stats.binomtest(n_right, len(scores), CHANCE, alternative="greater").pvalue),
        "method": interval.method,
        "note": interval.note,
    }


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    return {"by_system": discrimination(ratings, confidence)}


DISCRIMINATION = Statistic(
    slug="discrimination",
    title="Discrimination (ABX)",
    unit="a trial; listeners and clips are both taken as samples of more",
    tables=_tables,
)
