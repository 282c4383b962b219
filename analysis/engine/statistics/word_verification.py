"""How well listeners tell the intended word from another one that is shown to them."""

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis.engine.detection import d_prime
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("word_verification",)
YES = "yes"


def verification(ratings: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return for each system, and for all, d' of saying yes to the intended word and no to another.

    Hits are yeses to the intended word, false alarms yeses to another one. Each listener has a d' of their own, with
    rates corrected log-linearly, (count + 1/2) / (n + 1) (Hautus 1995); `estimate` is their mean with a t interval
    over listeners, and `pooled` the d' of all answers together. Raises NoRatings.
    """
    answers = counted_ratings(ratings, METHODS)
    answers = answers.assign(is_signal=answers["probe"] == answers["item"], said_yes=answers["response"] == YES)
    groups = [("all", answers), *answers.groupby("system", sort=True)]
    return pd.DataFrame([{"system": name, **_row(group, confidence)} for name, group in groups])


def _row(group: pd.DataFrame, confidence: float) -> dict[str, Any]:
    each = np.array([_d_prime(answers) for _, answers in group.groupby("listener", sort=True)])
    defined = each[~np.isnan(each)]
    mean = float(defined.mean()) if len(defined) else math.nan
    half = math.nan
    if len(defined) > 1:
        error = float(defined.std(ddof=1)) / math.sqrt(len(defined))
        half = float(stats.t.ppf((1 + confidence) / 2, len(defined) - 1)) * error
    undefined = len(each) - len(defined)
    return {
        "estimate": mean,
        "low": mean - half,
        "high": mean + half,
        "pooled": _d_prime(group),
        "hit_rate": group.loc[group["is_signal"], "said_yes"].mean(),
        "false_alarm_rate": group.loc[~group["is_signal"], "said_yes"].mean(),
        "n": len(group),
        "n_listeners": len(each),
        "n_stimuli": group["clip_key"].nunique(),
        "method": "mean of the listeners' d', log-linear correction, t interval",
        "note": f"undefined for {undefined} of {len(each)} listeners, who had words of one sort" if undefined else "",
    }


def _d_prime(answers: pd.DataFrame) -> float:
    signals, others = answers[answers["is_signal"]], answers[~answers["is_signal"]]
    return d_prime(int(signals["said_yes"].sum()), len(signals), int(others["said_yes"].sum()), len(others))[0]


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    return {"by_system": verification(ratings, confidence)}


WORD_VERIFICATION = Statistic(
    slug="word_verification",
    title="Word verification",
    unit="a listener",
    tables=_tables,
)
