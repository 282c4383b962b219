"""How listeners went about their sessions, as far as ratings show it: what several exclusions judge by."""

import itertools
from collections.abc import Hashable, Iterable
from typing import Any

import pandas as pd

from analysis.engine.exclusion import Protocol, counted, declared_check, on_five_points

TOP_OF_SCALE = 5.0


def missed_golds(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return how many gold stimuli each session with gold stimuli missed, by session.

    On a scale the right answer is the one that the protocol's check `gold` declares, give or take its tolerance; of a
    study that declares none it is the top of the scale, give or take one of five points (Naderi and Cutler 2020). Of
    words it is the intended one.
    """
    golds = ratings[ratings["role"] == "gold"]
    check = declared_check(protocol, "gold")
    points = golds["score"] if check else on_five_points(golds)
    distance = (points - float(check.get("expected", TOP_OF_SCALE))).abs()
    is_missed = distance > float(check.get("tolerance", 1.0))
    is_word = golds["score"].isna()
    return is_missed.where(~is_word, golds["response"] != golds["item"]).groupby(golds["session"]).sum()


def score_variances(ratings: pd.DataFrame, trials_needed: int) -> pd.Series:
    """Return the sample variance of each session's scores, in points² of a five-point scale, methods pooled.

    Sessions with fewer scores than needed have none. Source: the P.808 toolkit, `result_parser.py`.
    """
    scored = counted(ratings)
    points = on_five_points(scored).groupby(scored["session"])
    return points.var(ddof=1)[points.count() >= max(trials_needed, 2)]


def longest_runs(ratings: pd.DataFrame) -> pd.Series:
    """Return how often each session gave the same answers running; runs end with their block."""
    ordered = counted(ratings).sort_values(["session", "block", "trial_order", "response"])
    trials = ordered.groupby(["session", "block", "trial_order"], sort=True)["response"].agg(tuple)
    runs = trials.groupby(level=["session", "block"]).agg(_longest_run)
    return runs.groupby(level="session").max()


def _longest_run(answers: Iterable[Any]) -> int:
    return max(len(list(run)) for _answer, run in itertools.groupby(answers))


def those(values: pd.Series, where: pd.Series, says: str) -> dict[Hashable, str]:
    """Return a reason for each group whose value is so, with the value put in at {:g}."""
    return {name: says.format(value) for name, value in values[where].items()}
