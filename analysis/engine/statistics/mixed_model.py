"""Systems compared by a linear mixed model with listeners and stimuli as crossed random effects."""

import math
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis.engine.comparisons import related_stimuli
from analysis.engine.crossed import CrossedFit, MixedModelDidNotConverge, NothingToFit, fit_crossed
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("acr", "acr_clarity")
METHOD = "REML, two-way cluster-robust (listener × stimulus)"
COMPONENTS = ("listener", "stimulus", "residual")


def mixed_model(ratings: pd.DataFrame, confidence: float = 0.95) -> Tables:
    """Fit score ~ system + (1|listener) + (1|stimulus); return its means, differences and variance components.

    `means` and `differences` (of every pair, better first): `low`, `high`, `standard_error` and `p_value` are two-way
    cluster-robust (`crossed_clusters`), so they hold where listeners differ in which system they like, which the model
    does not know; where each system has one clip of every item, clips of an item are related. `model_low`, ..., with
    Satterthwaite's `model_freedom`, are the model's own, as lme4 gives them: too sure of themselves there. The means
    are those of listeners and stimuli that are average in the model, not of the ratings at hand. `variance_components`
    have Wald intervals on the log scale (a variance estimated as zero has none). Where the model cannot be fitted, the
    plain means stand without intervals, and the note says why. Raises NoRatings.
    """
    scored = counted_ratings(ratings, METHODS)
    scores, systems, listeners, clips = (scored[name] for name in ("score", "system", "listener", "clip_key"))
    try:
        fitted = fit_crossed(scores.to_numpy(), systems, listeners, clips, related_stimuli(scored))
    except (NothingToFit, MixedModelDidNotConverge) as why:
        return {"means": _plain_means(scored, str(why))}
    unit = np.eye(len(fitted.systems))
    means = _contrasts(fitted, unit, confidence).drop(columns=["p_value", "model_p_value"])
    means.insert(0, "system", fitted.systems)
    tables = {
        "means": means.sort_values("estimate", ascending=False, kind="stable", ignore_index=True),
        "variance_components": pd.DataFrame(_components(fitted, confidence)).assign(method="REML"),
    }
    pairs = list(combinations(np.argsort(-fitted.means, kind="stable"), 2))
    if pairs:
        tables["differences"] = _contrasts(fitted, np.array([unit[a] - unit[b] for a, b in pairs]), confidence)
        tables["differences"].insert(0, "system", [fitted.systems[a] for a, _ in pairs])
        tables["differences"].insert(1, "other_system", [fitted.systems[b] for _, b in pairs])
    return {name: _described(table, fitted) for name, table in tables.items()}


def _contrasts(fitted: CrossedFit, weights: np.ndarray, confidence: float) -> pd.DataFrame:
    """Return a row for each sum of the means, weights [C, K]."""
    estimates, model_errors, model_freedoms = fitted.contrasts(weights)
    errors, freedoms, notes = fitted.clustered.of(weights)
    model = _t_interval(estimates, model_errors, model_freedoms, confidence).add_prefix("model_")
    robust = _t_interval(estimates, errors, freedoms, confidence)
    return pd.concat([pd.DataFrame({"estimate": estimates}), robust, model], axis=1).assign(method=METHOD, note=notes)


def _t_interval(estimates: np.ndarray, errors: np.ndarray, freedoms: np.ndarray, confidence: float) -> pd.DataFrame:
    half = errors * stats.t.ppf((1 + confidence) / 2, freedoms)
    return pd.DataFrame(
        {
            "low": estimates - half,
            "high": estimates + half,
            "standard_error": errors,
            "freedom": freedoms,
            "p_value": 2 * stats.t.sf(np.abs(estimates) / errors, freedoms),
        }
    )


def _described(table: pd.DataFrame, fitted: CrossedFit) -> pd.DataFrame:
    """Return a table with what holds of the whole fit: its size and notes."""
    own = table["note"] if "note" in table else pd.Series("", index=table.index)
    counted = {"n": fitted.n, "n_listeners": fitted.n_listeners, "n_stimuli": fitted.n_stimuli}
    return table.assign(**counted, note=["; ".join(filter(None, [*fitted.notes, note])) for note in own])


def _components(fitted: CrossedFit, confidence: float) -> Iterator[dict[str, Any]]:
    quantile = float(stats.norm.ppf((1 + confidence) / 2))
    total = float(np.nansum(fitted.variances))
    errors = np.sqrt(np.diag(fitted.variances_covariance))
    for component, variance, error in zip(COMPONENTS, fitted.variances, errors, strict=True):
        width = math.exp(quantile * error / variance) if variance > 0 else math.nan
        yield {
            "component": component,
            "estimate": variance,
            "low": variance / width,
            "high": variance * width,
            "standard_deviation": math.sqrt(variance),
            "share": variance / total,
        }


def _plain_means(scored: pd.DataFrame, note: str) -> pd.DataFrame:
    cells = scored.groupby("system").agg(
        estimate=("score", "mean"),
        n=("score", "size"),
        n_listeners=("listener", "nunique"),
        n_stimuli=("clip_key", "nunique"),
    )
    plain = cells.reset_index().assign(low=math.nan, high=math.nan, method="plain mean", note=note)
    return plain.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    return mixed_model(ratings, confidence)


MIXED_MODEL = Statistic(
    slug="mixed_model",
    title="Mixed model of scores",
    unit="a rating; listeners and clips are both taken as samples of more",
    tables=_tables,
)
