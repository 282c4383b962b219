"""How high and how steadily each listener scores, and what stimuli are worth without that (ITU-T P.910, Annex E)."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analysis.engine.listener_model import (
    ListenerModel,
    ListenerModelDidNotConverge,
    ListenersAreNotConnected,
    fit_listener_model,
)
from analysis.engine.listener_screening import screened_by_bt500, without_bias
from analysis.engine.ratings import NoRatings, counted_by_method
from analysis.engine.repeats import first_answers
from analysis.engine.statistic import Statistic, Tables

Floats = npt.NDArray[np.float64]

METHODS = ("acr", "acr_clarity", "dcr")
METHOD = "maximum likelihood (ITU-T P.910, Annex E)"
# With fewer the model mostly runs away: docs/decisions/0014-listener-bias-without-sureal.md has the simulation.
FEWEST_LISTENERS, FEWEST_SOUNDS = 12, 20
NAMES = {"test_method": "method", "system": "system", "item": "item", "clip_key": "clip_key"}
COLUMNS = ["listener", "score", *NAMES.values()]


class TooFewRatingsEach(Exception):
    """Most stimuli have too few listeners, or listeners too few stimuli, to tell unsteadiness from quality."""


@dataclass(frozen=True)
class _Fit:
    """The ratings [N] that a model was fitted to, their listeners and stimuli by number [N], and the model."""

    scored: pd.DataFrame
    listeners: npt.NDArray[np.intp]
    stimuli: npt.NDArray[np.intp]
    model: ListenerModel

    @property
    def scores(self) -> Floats:
        return self.scored["score"].to_numpy()


def listener_bias(ratings: pd.DataFrame, confidence: float = 0.95) -> Tables:
    """Return listeners' biases and inconsistencies (`by_listener`), stimuli's qualities, and each method's spread.

    The model is that of `fit_listener_model`, for each test method by itself. Stimuli with fewer than 12 listeners and
    listeners with fewer than 20 stimuli are left out; where that is more than half of the ratings, or the model cannot
    be fitted, there are no numbers and the note (or NoRatings, if it is so of every method) says why. `estimate` is
    the deviation of the biases in `by_method`, a bias in `by_listener`, a quality in `by_stimulus`. Biases and
    qualities have t intervals from the deviations of their residuals, deviations chi-squared ones: all for these
    listeners and these stimuli. `bt500_rejects` and `p913_rejects` are `screened_by_bt500` of the scores as they are
    and without bias, `bt500_mean` and `p913_mean` the means without whom they reject.
    """
    rows, by_listener, by_stimulus = [], [], []
    for method, scored in counted_by_method(ratings, METHODS).items():
        try:
            fit = _fitted(_rated_enough(first_answers(scored)[COLUMNS]))
        except (TooFewRatingsEach, ListenersAreNotConnected, ListenerModelDidNotConverge) as why:
            rows.append(_refused(method, scored, str(why)))
            continue
        listeners = _listeners(fit, confidence)
        rows.append(_spread(fit, listeners, confidence))
        by_listener.append(listeners)
        by_stimulus.append(_stimuli(fit, listeners, confidence))
    if not by_listener:
        raise NoRatings(" ".join(dict.fromkeys(str(row["note"]) for row in rows)))
    return {
        "by_method": pd.DataFrame(rows),
        "by_listener": pd.concat(by_listener, ignore_index=True),
        "by_stimulus": pd.concat(by_stimulus, ignore_index=True),
    }


def _rated_enough(first: pd.DataFrame) -> pd.DataFrame:
    """Return the largest part in which every sound has enough listeners and every listener enough sounds.

    Raises TooFewRatingsEach where that is less than half of the ratings.
    """
    part = first
    while True:
        listeners, sounds = (part.groupby(name)["score"].transform("size") for name in ("clip_key", "listener"))
        is_enough = (listeners >= FEWEST_LISTENERS) & (sounds >= FEWEST_SOUNDS)
        if is_enough.all():
            break
        part = part[is_enough]
    if 2 * len(part) < len(first):
        mean, load = (len(first) / first[name].nunique() for name in ("clip_key", "listener"))
        raise TooFewRatingsEach(
            f"Listeners' bias and inconsistency need sounds with {FEWEST_LISTENERS} listeners and listeners "
            f"with {FEWEST_SOUNDS} sounds; here a sound has {mean:.1f} listeners and a listener {load:.1f} sounds."
        )
    return part.sort_values(["listener", "clip_key"], ignore_index=True)


def _fitted(scored: pd.DataFrame) -> _Fit:
    listeners, stimuli = (pd.factorize(scored[name], sort=True)[0] for name in ("listener", "clip_key"))
    return _Fit(scored, listeners, stimuli, fit_listener_model(scored["score"].to_numpy(), listeners, stimuli))


def _listeners(fit: _Fit, confidence: float) -> pd.DataFrame:
    each = np.bincount(fit.listeners)
    unsteady = fit.model.inconsistencies
    half = stats.t.ppf((1 + confidence) / 2, each - 1) * unsteady / np.sqrt(each)
    bt500 = screened_by_bt500(fit.scores, fit.listeners, fit.stimuli)
    unbiased = without_bias(fit.scores, fit.listeners, fit.stimuli)
    p913 = screened_by_bt500(unbiased, fit.listeners, fit.stimuli)
    low, high = _chi_squared(unsteady, each, confidence)
    return pd.DataFrame(
        {
            "test_method": fit.scored["method"].iloc[0],
            "listener": sorted(fit.scored["listener"].unique()),
            "estimate": fit.model.biases,
            "low": fit.model.biases - half,
            "high": fit.model.biases + half,
            "inconsistency": unsteady,
            "inconsistency_low": low,
            "inconsistency_high": high,
            "outlying_share": bt500["share"],
            "bt500_rejects": bt500["is_rejected"],
            "p913_rejects": p913["is_rejected"],
            "n": each,
            "n_listeners": 1,
            "n_stimuli": each,
            "method": METHOD,
        }
    )


def _stimuli(fit: _Fit, listeners: pd.DataFrame, confidence: float) -> pd.DataFrame:
    each, model = np.bincount(fit.stimuli), fit.model
    half = stats.t.ppf((1 + confidence) / 2, each - 1) * model.quality_errors
    named = fit.scored.drop_duplicates("clip_key").sort_values("clip_key")
    unbiased = without_bias(fit.scores, fit.listeners, fit.stimuli)
    return pd.DataFrame(
        {
            **{name: named[column].to_numpy() for name, column in NAMES.items()},
            "estimate": model.qualities,
            "low": model.qualities - half,
            "high": model.qualities + half,
            "standard_error": model.quality_errors,
            "mean": np.bincount(fit.stimuli, fit.scores) / each,
            "bt500_mean": _mean_of_the_rest(fit, fit.scores, listeners["bt500_rejects"]),
            "p913_mean": _mean_of_the_rest(fit, unbiased, listeners["p913_rejects"]),
            "n": each,
            "n_listeners": each,
            "n_stimuli": 1,
            "method": METHOD,
        }
    )


def _mean_of_the_rest(fit: _Fit, scores: Floats, is_rejected: pd.Series) -> Floats:
    """Return each stimulus's mean score [S] without the rejected listeners; NaN where nobody is left."""
    weights = (~is_rejected.to_numpy())[fit.listeners].astype(np.float64)
    sums, counts = (np.bincount(fit.stimuli, weights * value) for value in (scores, np.ones_like(scores)))
    return np.asarray(np.divide(sums, counts, out=np.full(len(counts), np.nan), where=counts > 0))


def _spread(fit: _Fit, listeners: pd.DataFrame, confidence: float) -> dict[str, Any]:
    """Return how far a method's listeners differ in bias, with its interval, and what they are like on average."""
    n = len(listeners)
    deviation = float(fit.model.biases.std(ddof=1))
    low, high = _chi_squared(np.array([deviation]), np.array([n - 1]), confidence)
    return {
        "test_method": fit.scored["method"].iloc[0],
        "estimate": deviation,
        "low": float(low[0]),
        "high": float(high[0]),
        "mean_inconsistency": float(fit.model.inconsistencies.mean()),
        "n_bt500_rejects": int(listeners["bt500_rejects"].sum()),
        "n_p913_rejects": int(listeners["p913_rejects"].sum()),
        "n": len(fit.scored),
        "n_listeners": n,
        "n_stimuli": len(fit.model.qualities),
        "method": "deviation of the listeners' biases",
        "note": "",
    }


def _chi_squared(deviations: Floats, freedoms: npt.NDArray[np.intp], confidence: float) -> tuple[Floats, Floats]:
    """Return both ends of the interval of normal deviations: s √(f / χ²)."""
    ends = (stats.chi2.ppf(tail, freedoms) for tail in ((1 + confidence) / 2, (1 - confidence) / 2))
    low, high = (deviations * np.sqrt(freedoms / end) for end in ends)
    return low, high


def _refused(method: str, scored: pd.DataFrame, why: str) -> dict[str, Any]:
    numbers = ("estimate", "low", "high", "mean_inconsistency")
    return {
        "test_method": method,
        **dict.fromkeys(numbers, math.nan),
        "n_bt500_rejects": 0,
        "n_p913_rejects": 0,
        "n": len(scored),
        "n_listeners": scored["listener"].nunique(),
        "n_stimuli": scored["clip_key"].nunique(),
        "method": "none",
        "note": why,
    }


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    return listener_bias(ratings, confidence)


LISTENER_BIAS = Statistic(
    slug="listener_bias",
    title="Listeners' bias and inconsistency",
    unit="a listener, and a stimulus; for these listeners and these stimuli",
    tables=_tables,
)
