"""Systems compared by a proportional-odds model: answers are ordered words, not numbers."""

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis.engine.intervals import why_no_interval
from analysis.engine.proportional_odds import fit_proportional_odds, with_finite_odds
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("acr", "acr_clarity")
METHOD = "proportional odds, two-way cluster-robust (listener × stimulus)"
NOT_FINITE = "all answers stand at one end of the scale or beyond the other systems': no finite odds"


def ordinal_model(ratings: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return, for each system, the log odds ratio of a higher answer against the best system's, with its interval.

    logit P(answer <= j) = threshold_j - beta_system (McCullagh 1980), the model of statsmodels' OrderedModel and of R's
    clm, fitted to counts of answers (`proportional_odds`). Listeners and stimuli are no part of it: its errors are
    two-way cluster-robust, its odds those of the whole audience. It takes the odds ratio to be the same at every
    threshold. A system with all answers at one end of the scale, or beyond the others', has no finite odds; it is left
    out of the fit, and its note says so. Raises NoRatings, OrdinalModelDidNotConverge.
    """
    scored = counted_ratings(ratings, METHODS)
    order = scored.groupby("system")["score"].mean().sort_values(ascending=False, kind="stable").index
    counts = pd.crosstab(scored["system"], scored["score"]).loc[order].to_numpy(dtype=float)
    is_finite = with_finite_odds(counts)
    inside = list(order[is_finite])
    rows = []
    if len(inside) > 1:
        rows = _compared(scored[scored["system"].isin(inside)], inside, confidence)
    unknown = {"estimate": math.nan, "low": math.nan, "high": math.nan, "p_value": math.nan}
    rows += [
        {"system": name, "other_system": "", **unknown, "note": NOT_FINITE, "method": "not in the fit"}
        for name in order[~is_finite]
    ]
    sizes = {"n": len(scored), "n_listeners": scored["listener"].nunique(), "n_stimuli": scored["clip_key"].nunique()}
    return pd.DataFrame(rows, columns=["system", "other_system", *unknown, "note", "method"]).assign(**sizes)


def _compared(scored: pd.DataFrame, order: list[str], confidence: float) -> list[dict[str, Any]]:
    """Return the odds of each system but the first against the first."""
    codes = pd.Index(order).get_indexer(pd.Index(scored["system"]))
    answers, listeners, clips = (pd.factorize(scored[name], sort=True)[0] for name in ("score", "listener", "clip_key"))
    fitted = fit_proportional_odds(pd.crosstab(codes, answers).to_numpy(dtype=float))
    clusters = {"listener": int(listeners.max()) + 1, "stimulus": int(clips.max()) + 1}
    note = why_no_interval(answers.astype(float), clusters)
    errors = np.full(len(order) - 1, math.nan)
    if not note:
        variances = np.diag(fitted.clustered_covariance(codes, answers, listeners, clips))[-len(errors) :]
        errors = np.sqrt(np.where(variances > 0, variances, math.nan))
    freedom = max(min(clusters.values()) - 1, 1)
    quantile = float(stats.t.ppf((1 + confidence) / 2, freedom))
    return [
        {
            "system": name,
            "other_system": order[0],
            "estimate": float(estimate),
            "low": float(estimate - quantile * error),
            "high": float(estimate + quantile * error),
            "p_value": 2 * float(stats.t.sf(abs(estimate / error), freedom)),
            "note": note or ("two-way variance not positive" if math.isnan(error) else ""),
            "method": METHOD,
        }
        for name, estimate, error in zip(order[1:], fitted.effects, errors, strict=True)
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
