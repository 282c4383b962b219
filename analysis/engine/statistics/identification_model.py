"""Systems compared by the odds of hearing the intended word: a logistic model with crossed listeners and stimuli."""

import math
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import special, stats

from analysis.engine.comparisons import adjusted
from analysis.engine.crossed import NothingToFit
from analysis.engine.crossed_logistic import (
    LogisticFit,
    LogisticModelDidNotConverge,
    fit_crossed_logistic,
    separated_systems,
)
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("class_identification",)
METHOD = "logistic mixed model, Laplace, Wald"


def identification_model(ratings: pd.DataFrame, confidence: float = 0.95) -> Tables:
    """Fit correct ~ system + (1|listener) + (1|stimulus) by Laplace's approximation; return shares and odds ratios.

    `means`: the share of right answers over all listeners and stimuli that the model knows, with a Wald interval on
    the log odds scale; `log_odds` are those of an average listener and stimulus; `share` is that of the answers at
    hand. `odds_ratios`: of every pair, better first, with Wald intervals and p adjusted by Holm's method.
    `deviations`: standard deviations of listeners and of stimuli in log odds. Wald intervals take the numbers of
    listeners and stimuli for large. A system whose answers are all right, or all wrong, has no odds: it is left out of
    the model, where it could say nothing of the others, and its row says so. Where no model can be fitted, the shares
    stand without intervals, and the note says why. Raises NoRatings.
    """
    answers = counted_ratings(ratings, METHODS)
    right = (answers["response"] == answers["item"]).to_numpy(dtype=bool)
    is_separated = answers["system"].isin(separated_systems(right, answers["system"])).to_numpy()
    plain = _plain(answers, right)
    if is_separated.all():
        return {"means": plain.assign(note=_SEPARATED)}
    kept = answers[~is_separated]
    try:
        fitted = fit_crossed_logistic(right[~is_separated], kept["system"], kept["listener"], kept["clip_key"])
    except (NothingToFit, LogisticModelDidNotConverge) as why:
        return {"means": plain.assign(note=plain["note"].where(plain["note"] != "", str(why)))}
    return _tables_of(fitted, plain, _counts(kept), confidence)


_SEPARATED = "all answers are right, or all are wrong: no odds, left out of the model"


def _plain(answers: pd.DataFrame, right: np.ndarray) -> pd.DataFrame:
    """Return each system's share of right answers, best first, without intervals."""
    cells = answers.assign(right=right).groupby("system").agg(
        estimate=("right", "mean"),
        n=("right", "size"),
        n_listeners=("listener", "nunique"),
        n_stimuli=("clip_key", "nunique"),
    )  # fmt: skip
    plain = cells.reset_index().assign(share=cells["estimate"].to_numpy(), low=math.nan, high=math.nan)
    plain["method"] = "plain share"
    plain["note"] = plain["share"].map(lambda share: _SEPARATED if share in (0.0, 1.0) else "")
    return plain.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)


def _counts(answers: pd.DataFrame) -> dict[str, int]:
    return {
        "n": len(answers),
        "n_listeners": answers["listener"].nunique(),
        "n_stimuli": answers["clip_key"].nunique(),
    }


def _tables_of(fitted: LogisticFit, plain: pd.DataFrame, counts: dict[str, int], confidence: float) -> Tables:
    quantile = float(stats.norm.ppf((1 + confidence) / 2))
    about = {"method": METHOD, "note": "; ".join(fitted.notes)}
    tables = {
        "means": _means(fitted, plain, quantile),
        "deviations": pd.DataFrame(_deviations(fitted, quantile)).assign(**counts, **about),
    }
    if len(fitted.systems) > 1:
        tables["odds_ratios"] = _odds_ratios(fitted, quantile).assign(**counts, **about)
    return tables


def _means(fitted: LogisticFit, plain: pd.DataFrame, quantile: float) -> pd.DataFrame:
    shares, errors = fitted.probabilities()
    half = quantile * errors
    modelled = pd.DataFrame(
        {
            "system": fitted.systems,
            "estimate": shares,
            "low": special.expit(special.logit(shares) - half),
            "high": special.expit(special.logit(shares) + half),
            "log_odds": fitted.log_odds,
            "standard_error": np.sqrt(np.diag(fitted.covariance))[: len(shares)],
        }
    )
    counts = ["system", "share", "n", "n_listeners", "n_stimuli"]
    modelled = modelled.merge(plain[counts], on="system").assign(method=METHOD, note="; ".join(fitted.notes))
    left_out = plain[~plain["system"].isin(fitted.systems)]
    # A frame of only missing values would lose its columns' types.
    means = pd.concat([modelled, left_out], ignore_index=True) if len(left_out) else modelled
    return means.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)


def _odds_ratios(fitted: LogisticFit, quantile: float) -> pd.DataFrame:
    order = np.argsort(-fitted.log_odds, kind="stable")
    table = pd.DataFrame([_pair(fitted, int(first), int(second), quantile) for first, second in combinations(order, 2)])
    return table.assign(p_holm=adjusted(table["p_value"].to_numpy(), "holm"))


def _pair(fitted: LogisticFit, first: int, second: int, quantile: float) -> dict[str, Any]:
    difference, error = fitted.log_odds_ratio(first, second)
    return {
        "system": fitted.systems[first],
        "other_system": fitted.systems[second],
        "estimate": math.exp(difference),
        "low": math.exp(difference - quantile * error),
        "high": math.exp(difference + quantile * error),
        "log_odds_ratio": difference,
        "standard_error": error,
        "p_value": 2 * float(stats.norm.sf(abs(difference) / error)),
    }


def _deviations(fitted: LogisticFit, quantile: float) -> list[dict[str, Any]]:
    """Return both standard deviations with Wald intervals on the log scale; one that is zero has none."""
    errors = np.sqrt(np.diag(fitted.covariance))[-2:]
    rows = []
    for component, deviation, error in zip(("listener", "stimulus"), fitted.deviations, errors, strict=True):
        width = math.exp(quantile * error / deviation) if deviation > 0 else math.nan
        rows.append(
            {
                "component": component,
                "estimate": deviation,
                "low": deviation / width,
                "high": deviation * width,
                "log_likelihood": fitted.log_likelihood,
            }
        )
    return rows


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    return identification_model(ratings, confidence)


IDENTIFICATION_MODEL = Statistic(
    slug="identification_model",
    title="Mixed model of heard words",
    unit="an answer; listeners and clips are both taken as samples of more",
    tables=_tables,
)
