"""How far listeners agree: Krippendorff's alpha, intraclass correlations, listeners against others and themselves."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis.engine.bootstrap import ends_around
from analysis.engine.crossed import CrossedFit, MixedModelDidNotConverge, NothingToFit, fit_crossed
from analysis.engine.group_correlations import group_correlations
from analysis.engine.krippendorff import LEVELS, alpha, bootstrap_alpha, coincidences
from analysis.engine.ratings import counted_ratings
from analysis.engine.repeats import IN_TIME, first_answers
from analysis.engine.retest import retest_table
from analysis.engine.statistic import Statistic, Tables

METHODS = ("acr", "acr_clarity")
RESAMPLES = 2_000
# Of the bootstrap: the same ratings give the same interval.
SEED = 20260105
# A listener's correlation over fewer stimuli says nothing.
FEWEST_STIMULI = 3


def reliability(ratings: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return one measure of agreement a row, each over all systems' stimuli; the note says why one is missing.

    Alpha at three levels of measurement, with a percentile bootstrap over stimuli. ICC(2,1) and ICC(2,k) (Shrout &
    Fleiss 1979): stimulus variance over that of a single rating, or of a mean of k ratings, k the mean number for a
    stimulus, from REML variances, so a listener need not hear everything; intervals by the delta method on the logit.
    `listener with the others`: mean of `leave_one_out_correlations`, with a t interval over listeners that takes them
    for independent. Of a listener's several ratings of a stimulus the first counts. Raises NoRatings.
    """
    scored = first_answers(counted_ratings(ratings, METHODS)[["listener", "clip_key", "score", *IN_TIME]])
    counted = {"n": len(scored), "n_listeners": scored["listener"].nunique(), "n_stimuli": scored["clip_key"].nunique()}
    rows = [*_alphas(scored, confidence), *intraclass(scored, confidence), _with_the_others(scored, confidence)]
    return pd.DataFrame([{**row, **counted} for row in rows])


def leave_one_out_correlations(scored: pd.DataFrame) -> pd.Series:
    """Return Pearson's correlation of each listener's scores with the mean of the others', over the stimuli they share.

    `scored` are first answers. NaN with fewer than three such stimuli, or where either side is constant. Leaving the
    listener out matters: a mean that includes the listener's own score correlates with it by construction.
    """
    listeners, names = pd.factorize(scored["listener"], sort=True)
    stimuli, own = pd.factorize(scored["clip_key"])[0], scored["score"].to_numpy()
    others = np.bincount(stimuli)[stimuli] - 1
    is_shared = others > 0
    means = (np.bincount(stimuli, own)[stimuli] - own)[is_shared] / others[is_shared]
    found = group_correlations(own[is_shared], means, listeners[is_shared], len(names))
    n_shared = np.bincount(listeners[is_shared], minlength=len(names))
    return pd.Series(np.where(n_shared >= FEWEST_STIMULI, found, math.nan), index=names)


def _alphas(scored: pd.DataFrame, confidence: float) -> Iterator[dict[str, Any]]:
    found = coincidences(scored["score"].to_numpy(), scored["clip_key"])
    generator = np.random.default_rng(SEED)
    for level in LEVELS:
        row = {"measure": f"Krippendorff's alpha, {level}", "method": "bootstrap over stimuli"}
        if len(found.of_stimulus) < 2:
            yield _missing(row, "fewer than two stimuli have several ratings")
        elif len(found.values) < 2:
            yield _missing(row, "all answers are equal")
        else:
            estimate = float(alpha(found, level)[0])
            resampled = bootstrap_alpha(found, level, generator, RESAMPLES)
            yield {**row, "estimate": estimate, **ends_around(estimate, resampled, confidence), "note": ""}


def intraclass(scored: pd.DataFrame, confidence: float) -> Iterator[dict[str, Any]]:
    """Yield ICC(2,1) and ICC(2,k) of counted ratings with their intervals; see `reliability`."""
    each = len(scored) / scored["clip_key"].nunique()
    kinds = {"ICC(2,1), a single rating": 1.0, f"ICC(2,k), a mean of {each:.1f} ratings": each}
    row = {"method": "REML variances, delta method"}
    everything = pd.Series("all", index=scored.index)
    try:
        fitted = fit_crossed(scored["score"].to_numpy(), everything, scored["listener"], scored["clip_key"])
    except (NothingToFit, MixedModelDidNotConverge) as why:
        yield from (_missing({**row, "measure": measure}, str(why)) for measure in kinds)
        return
    for measure, ratings_each in kinds.items():
        if np.isnan(fitted.variances).any() or fitted.variances[1] == 0:
            yield _missing({**row, "measure": measure}, "; ".join(fitted.notes) or "no variance of stimuli")
        else:
            yield {**row, "measure": measure, **_intraclass_interval(fitted, ratings_each, confidence)}


def _intraclass_interval(fitted: CrossedFit, each: float, confidence: float) -> dict[str, Any]:
    """Return s / (s + (l + r) / k) of the variances of stimuli, listeners and residual, with its interval."""
    listener, stimulus, residual = fitted.variances
    noise = (listener + residual) / each
    gradient = np.array([-1 / each / noise, 1 / stimulus, -1 / each / noise])
    logit = math.log(stimulus / noise)
    half = stats.norm.ppf((1 + confidence) / 2) * math.sqrt(gradient @ fitted.variances_covariance @ gradient)
    estimate, low, high = (1 / (1 + math.exp(-at)) for at in (logit, logit - half, logit + half))
    return {"estimate": estimate, "low": low, "high": high, "note": "; ".join(fitted.notes)}


def _with_the_others(scored: pd.DataFrame, confidence: float) -> dict[str, Any]:
    row = {"measure": "listener with the others, mean correlation", "method": "t interval over listeners"}
    correlations = leave_one_out_correlations(scored).dropna().to_numpy()
    if len(correlations) < 2:
        return _missing(row, "fewer than two listeners share stimuli with others")
    mean, error = float(correlations.mean()), float(stats.sem(correlations))
    half = float(stats.t.ppf((1 + confidence) / 2, len(correlations) - 1)) * error
    left_out = scored["listener"].nunique() - len(correlations)
    note = f"undefined for {left_out} listeners" if left_out else ""
    return {**row, "estimate": mean, "low": mean - half, "high": mean + half, "note": note}


def _missing(row: dict[str, Any], note: str) -> dict[str, Any]:
    return {**row, "estimate": math.nan, "low": math.nan, "high": math.nan, "note": note}


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    tables = {"agreement": reliability(ratings, confidence)}
    repeats = retest_table(ratings, METHODS, confidence)
    return tables if repeats.empty else {**tables, "test_retest": repeats}


RELIABILITY = Statistic(
    slug="reliability",
    title="Agreement between listeners, and with themselves",
    unit="a stimulus, for alpha and the intraclass correlations; a listener, for the other correlations",
    tables=_tables,
    drawn=f"{RESAMPLES:,} bootstrap resamples of stimuli, seed {SEED}",
)
