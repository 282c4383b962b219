"""Systems compared by a linear mixed model with listeners and stimuli as crossed random effects."""

import math
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis.engine.crossed import CrossedFit, MixedModelDidNotConverge, NothingToFit, fit_crossed
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("acr", "acr_clarity")
METHOD = "REML, Satterthwaite"
COMPONENTS = ("listener", "stimulus", "residual")


def mixed_model(ratings: pd.DataFrame, confidence: float = 0.95) -> Tables:
    """Fit score ~ system + (1|listener) + (1|stimulus); return its means, differences and variance components.

    `means` and `differences` (of every pair, better first) have t intervals with Satterthwaite's `freedom`. The means
    are those of listeners and stimuli that are average in the model, not of the ratings at hand.
    `variance_components` have Wald intervals on the log scale (a variance estimated as zero has none). The model knows
    no listeners who like one system better than others do: where there are such, its intervals are too narrow. Where
    it cannot be fitted, the plain means stand without intervals, and the note says why. Raises NoRatings.
    """
    scored = counted_ratings(ratings, METHODS)
    try:
        fitted = fit_crossed(scored["score"].to_numpy(), scored["system"], scored["listener"], scored["clip_key"])
    except (NothingToFit, MixedModelDidNotConverge) as why:
        return {"means": _plain_means(scored, str(why))}
    pairs = list(combinations(np.argsort(-fitted.means, kind="stable"), 2))
    tables = {
        "means": pd.DataFrame(_contrasts(fitted, np.eye(len(fitted.systems)), confidence)),
        "variance_components": pd.DataFrame(_components(fitted, confidence)),
    }
    tables["means"].insert(0, "system", fitted.systems)
    tables["means"] = tables["means"].sort_values("estimate", ascending=False, kind="stable", ignore_index=True)
    if pairs:
        tables["differences"] = _differences(fitted, pairs, confidence)
    counted = {"n": fitted.n, "n_listeners": fitted.n_listeners, "n_stimuli": fitted.n_stimuli}
    return {
        name: table.assign(**counted, method=METHOD, note="; ".join(fitted.notes)) for name, table in tables.items()
    }


def _contrasts(fitted: CrossedFit, weights: np.ndarray, confidence: float) -> dict[str, Any]:
    estimates, errors, freedoms = fitted.contrasts(weights)
    half = errors * stats.t.ppf((1 + confidence) / 2, freedoms)
    return {
        "estimate": estimates,
        "low": estimates - half,
        "high": estimates + half,
        "standard_error": errors,
        "freedom": freedoms,
    }


def _differences(fitted: CrossedFit, pairs: Sequence[tuple[int, int]], confidence: float) -> pd.DataFrame:
    unit = np.eye(len(fitted.systems))
    table = pd.DataFrame(_contrasts(fitted, np.array([unit[a] - unit[b] for a, b in pairs]), confidence))
    table.insert(0, "system", [fitted.systems[a] for a, _ in pairs])
    table.insert(1, "other_system", [fitted.systems[b] for _, b in pairs])
    return table.assign(p_value=2 * stats.t.sf(np.abs(table["estimate"] / table["standard_error"]), table["freedom"]))


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
