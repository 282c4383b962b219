"""Systems compared by a proportional-odds model: answers are ordered words, not numbers."""

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from analysis.engine.bootstrap import ranked_by_answers
from analysis.engine.intervals import why_no_interval
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("acr", "acr_clarity")
METHOD = "proportional odds, two-way cluster-robust (listener × stimulus)"


class OrdinalModelDidNotConverge(Exception):
    """No maximum of the likelihood of the proportional-odds model was found."""


def ordinal_model(ratings: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return, for each system, the log odds ratio of a higher answer against the best system's, with its interval.

    logit P(answer <= j) = threshold_j - beta_system (McCullagh 1980, "Regression models for ordinal data", JRSS B
    42(2)), fitted by statsmodels' OrderedModel. Listeners and stimuli are no part of the model: its errors are two-way
    cluster-robust, its odds those of the whole audience. It takes the odds ratio to be the same at every threshold. A
    system with all answers at one end has no finite odds; it is left out of the fit, and its note says so. Raises
    NoRatings, OrdinalModelDidNotConverge.
    """
    scored = counted_ratings(ratings, METHODS)
    ends = [scored["score"].min(), scored["score"].max()]
    at_end = scored.groupby("system")["score"].agg(lambda scores: scores.nunique() == 1 and scores.iloc[0] in ends)
    fitted = _in_one_order(scored[~scored["system"].map(at_end)])
    order = scored.groupby("system")["score"].mean().sort_values(ascending=False, kind="stable").index
    inside = [name for name in order if not at_end[name]]
    counts = {"n": len(scored), "n_listeners": scored["listener"].nunique(), "n_stimuli": scored["clip_key"].nunique()}
    unknown = {"estimate": math.nan, "low": math.nan, "high": math.nan, "p_value": math.nan}
    note = "all answers stand at one end of the scale: no finite odds"
    rows = [{"system": name, "other_system": "", **unknown, "note": note} for name in order if at_end[name]]
    if len(inside) > 1:
        rows = [*_compared(fitted, inside, confidence), *rows]
    return pd.DataFrame(rows, columns=["system", "other_system", *unknown, "note"]).assign(**counts, method=METHOD)


def _in_one_order(scored: pd.DataFrame) -> pd.DataFrame:
    """Order rows by what they hold: statsmodels' numerical derivatives would show their order in the sixth digit."""
    ranks, _ = ranked_by_answers(scored["score"].to_numpy(), scored["listener"], scored["clip_key"])
    return scored.assign(rank=ranks).sort_values(["clip_key", "rank", "score"], kind="stable", ignore_index=True)


def _compared(fitted: pd.DataFrame, order: list[str], confidence: float) -> list[dict[str, Any]]:
    """Return the odds of each system but the first against the first."""
    design = np.column_stack([(fitted["system"] == name).to_numpy(dtype=float) for name in order[1:]])
    clusters = {"listener": fitted["listener"].nunique(), "stimulus": fitted["clip_key"].nunique()}
    note = why_no_interval(fitted["score"].to_numpy(), clusters)
    groups = np.column_stack([fitted["rank"].to_numpy(), pd.factorize(fitted["clip_key"])[0]])
    robust = {} if note else {"cov_type": "cluster", "cov_kwds": {"groups": groups}}
    result = OrderedModel(pd.Categorical(fitted["score"], ordered=True), design, distr="logit").fit(
        method="bfgs", disp=False, **robust
    )
    if not result.mle_retvals["converged"]:
        raise OrdinalModelDidNotConverge(
            "The proportional-odds model found no maximum: leave out systems with few ratings."
        )
    freedom = max(min(clusters.values()) - 1, 1)
    variances = np.diag(result.cov_params())[: len(order) - 1]
    is_known = (variances > 0) & (note == "")
    errors = np.sqrt(np.where(is_known, variances, np.nan))
    half = errors * stats.t.ppf((1 + confidence) / 2, freedom)
    estimates = result.params[: len(order) - 1]
    return [
        {
            "system": name,
            "other_system": order[0],
            "estimate": float(estimate),
            "low": float(estimate - width),
            "high": float(estimate + width),
            "p_value": 2 * float(stats.t.sf(abs(estimate / error), freedom)),
            "note": note or ("" if known else "two-way variance not positive"),
        }
        for name, estimate, width, error, known in zip(order[1:], estimates, half, errors, is_known, strict=True)
    ]


def distribution_of_answers(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return how often each system got each answer: system, score, count, share of the system's. Raises NoRatings."""
    scored = counted_ratings(ratings, METHODS)
    every = pd.MultiIndex.from_product(
        [sorted(scored["system"].unique()), sorted(scored["score"].unique())], names=["system", "score"]
    )
    counts = scored.groupby(["system", "score"]).size().reindex(every, fill_value=0).rename("count")
    return pd.concat(
        [counts, (counts / counts.groupby("system").transform("sum")).rename("share")], axis=1
    ).reset_index()


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    return {"odds": ordinal_model(ratings, confidence), "answers": distribution_of_answers(ratings)}


ORDINAL_MODEL = Statistic(
    slug="ordinal_model",
    title="Ordinal model of answers",
    unit="a rating; listeners and clips are both taken as samples of more",
    tables=_tables,
)
