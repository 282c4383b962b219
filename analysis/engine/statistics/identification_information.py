"""How much listeners' words tell of the words that were meant: transmitted information, sensitivity, and chance."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import special, stats

from analysis.engine.bootstrap import ends_around
from analysis.engine.detection import d_prime, sensitivity
from analysis.engine.intervals import wilson_interval
from analysis.engine.mean_scores import numbered
from analysis.engine.ratings import NONE_OF_THESE, NoRatings, counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("class_identification",)
RESAMPLES, SEED = 1000, 20190703
ALL = "all"
# Below this a variance is nothing but rounding: counts of answers vary by far more, or not at all.
NO_VARIANCE = 1e-9


def transmitted_information(ratings: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return for each system, and for all of them, what the answers tell of the words, in bits.

    `estimate` is the plug-in mutual information of word and answer less its bias, (I-1)(J-1)/(2 N ln 2) bits for I
    words and J answers that occur (Miller 1955); `plug_in` is what others report, which is too high in small samples.
    `of_bits` is the entropy of the words as they were put, `relative` the estimate's share of it. `low` and `high` are
    quantiles of a bootstrap over listeners (fixed seed). Source: Miller and Nicely 1955, "An analysis of perceptual
    confusions among some English consonants", JASA 27. Raises NoRatings.
    """
    return _by_system(ratings, confidence, _information)


def word_sensitivity(ratings: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return for each word how well it is told from the others: d' and the bias toward answering it.

    Hits are answers that name the word when it was meant, false alarms those when another was; see `d_prime`. Pooled
    over listeners, which is not the mean of their own d'; the interval is a bootstrap over listeners. `plug_in` is d'
    of the rates as they are, which others report: missing where one is 0 or 1. Raises NoRatings.
    """
    answers = _identified(ratings)
    confusions = _confusions(answers)
    rows = []
    for place, word in enumerate(confusions.words):
        if confusions.counts[:, place].any():
            rows.append({"item": word, **_sensitivity(confusions, place, confidence), **_rests_on(answers)})
    return pd.DataFrame(rows)


def against_chance(ratings: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return for each system, and for all, whether more words are heard than by listeners who answer as they like.

    Chance respects that listeners prefer some answers: each listener's own answers, to all systems, are dealt out anew
    among the clips that this listener heard. `chance` is the expected share of a system's words that are then named,
    `p_value` the one-sided normal approximation of their distribution, with its exact mean and variance (Hoeffding
    1951, "A combinatorial central limit theorem") and a correction for continuity. That listeners prefer other answers
    for one system than for another is not provided for. `low` and `high` are Wilson's, of the share itself. Raises
    NoRatings.
    """
    answers = _identified(ratings)
    said = _counted(answers, "response")
    groups = [(ALL, answers), *answers.groupby("system", sort=True)]
    return pd.DataFrame(
        [{"system": name, **_dealt(group, said, confidence), **_rests_on(group)} for name, group in groups]
    )


def _identified(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return the counted answers, listeners and clips as numbers."""
    return numbered(counted_ratings(ratings, METHODS)[["system", "item", "response", "listener", "clip_key"]])


@dataclass(frozen=True)
class Confusions:
    """How often each listener answered what to what: counts [L, W, W + 1], in the order of `words`.

    The last answer is every one that is no word that was put. Listeners stand in the order of their counts, so that
    nothing depends on their names or on the order of rows.
    """

    words: list[str]
    counts: np.ndarray

    @property
    def total(self) -> np.ndarray:
        return np.asarray(self.counts.sum(axis=0))

    @cached_property
    def resampled(self) -> np.ndarray:
        """Return the totals [R, W, W + 1] of bootstrap samples of listeners; none of a single listener."""
        n = len(self.counts)
        if n < 2:
            return self.counts[:0]
        draws = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
        return np.tensordot(draws, self.counts, axes=1)


def _confusions(answers: pd.DataFrame) -> Confusions:
    words = sorted({*answers["item"], *answers["response"]} - {NONE_OF_THESE})
    places = {word: place for place, word in enumerate(words)}
    listeners, names = pd.factorize(answers["listener"])
    counts = np.zeros((len(names), len(words), len(words) + 1))
    answered = answers["response"].map(places).fillna(len(words)).astype(int)
    np.add.at(counts, (listeners, answers["item"].map(places).to_numpy(), answered.to_numpy()), 1)
    order = np.lexsort(counts.reshape(len(names), -1).T)
    return Confusions(words, counts[order])


def _by_system(
    ratings: pd.DataFrame, confidence: float, measure: Callable[[Confusions, float], dict[str, Any]]
) -> pd.DataFrame:
    answers = _identified(ratings)
    groups = [(ALL, answers), *answers.groupby("system", sort=True)]
    return pd.DataFrame(
        [{"system": name, **measure(_confusions(group), confidence), **_rests_on(group)} for name, group in groups]
    )


def _rests_on(answers: pd.DataFrame) -> dict[str, int]:
    return {
        "n": len(answers),
        "n_listeners": answers["listener"].nunique(),
        "n_stimuli": answers["clip_key"].nunique(),
    }


def _information(confusions: Confusions, confidence: float) -> dict[str, Any]:
    total = confusions.total
    plug_in, words = float(mutual_information(total)), float(entropy(total.sum(axis=1)))
    corrected = float(_corrected(total))
    return {
        "estimate": corrected,
        **_interval(corrected, _corrected(confusions.resampled), confidence),
        "plug_in": plug_in,
        "of_bits": words,
        "relative": corrected / words if words > 0 else math.nan,
        "method": "mutual information less its bias (Miller–Madow), bootstrap over listeners",
    }


def _sensitivity(confusions: Confusions, place: int, confidence: float) -> dict[str, Any]:
    hits, n_signals, false_alarms, n_others = (int(each) for each in _detected(confusions.total, place))
    prime, criterion = d_prime(hits, n_signals, false_alarms, n_others)
    resampled = sensitivity(*_detected(confusions.resampled, place))
    hit_rate, false_alarm_rate = hits / n_signals, false_alarms / n_others if n_others else math.nan
    is_between = 0 < hit_rate < 1 and 0 < false_alarm_rate < 1
    plug_in = float(special.ndtri(hit_rate) - special.ndtri(false_alarm_rate)) if is_between else math.nan
    return {
        "estimate": prime,
        **_interval(prime, resampled, confidence),
        "plug_in": plug_in,
        "criterion": criterion,
        "hit_rate": hit_rate,
        "false_alarm_rate": false_alarm_rate,
        "method": "d', log-linear correction, pooled over listeners, bootstrap over listeners",
    }


def _detected(counts: np.ndarray, place: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return hits, words meant, false alarms and other words meant, of one word; counts [..., W, W + 1]."""
    hits, meant = counts[..., place, place], counts[..., place, :].sum(axis=-1)
    said = counts[..., :, place].sum(axis=-1)
    return hits, meant, said - hits, counts.sum(axis=(-2, -1)) - meant


def _interval(estimate: float, resampled: np.ndarray, confidence: float) -> dict[str, Any]:
    """Return the ends of a percentile bootstrap over listeners, widened to hold the estimate if need be."""
    if not len(resampled):
        return {"low": math.nan, "high": math.nan, "note": "one listener: nothing is known of how others differ"}
    if np.isnan(resampled).all():
        return {"low": math.nan, "high": math.nan, "note": "no other word was meant: nothing to tell this one from"}
    return {**ends_around(estimate, resampled, confidence), "note": ""}


def _counted(answers: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return how often each listener has each word of a column; `pandas.crosstab` takes twenty times as long."""
    return answers.groupby(["listener", what]).size().unstack(fill_value=0)


def _dealt(answers: pd.DataFrame, said: pd.DataFrame, confidence: float) -> dict[str, Any]:
    """Return how many words of one system's answers are right; `said` counts each listener's answers to all systems."""
    put = _counted(answers, "item")
    words = put.columns.union(said.columns)
    mean, variance = _moments(
        put.reindex(columns=words, fill_value=0).to_numpy(float),
        said.reindex(index=put.index, columns=words, fill_value=0).to_numpy(float),
    )
    n, right = len(answers), int(answers["response"].eq(answers["item"]).sum())
    wilson = wilson_interval(right, n, confidence)
    is_dealt = variance > NO_VARIANCE
    return {
        "estimate": right / n,
        "low": wilson.low,
        "high": wilson.high,
        "chance": mean / n,
        "p_value": float(stats.norm.sf((right - 0.5 - mean) / math.sqrt(variance))) if is_dealt else math.nan,
        "method": "each listener's answers dealt anew, normal approximation; Wilson (independent answers)",
        "note": "" if is_dealt else "every listener gave one answer to everything: nothing can be dealt",
    }


def _moments(put: np.ndarray, said: np.ndarray) -> tuple[float, float]:
    """Return mean and variance of how many words are named when every listener's answers are dealt anew.

    `put` [L, W]: how often a system said each word to each listener; `said` [L, W]: the listener's answers to all
    systems. Hoeffding's variance is the sum of squares of the matches less the means of their rows and columns.
    """
    n = said.sum(axis=1)
    matches = (put * said).sum(axis=1)
    squares = matches - ((put * said**2).sum(axis=1) + (said * put**2).sum(axis=1)) / n + (matches / n) ** 2
    # Summed exactly, so that the order of listeners changes nothing.
    return math.fsum(matches / n), math.fsum(squares / np.maximum(n - 1, 1))


def _corrected(counts: np.ndarray) -> np.ndarray:
    """Return the information less its bias, at least 0, of tables [..., I, J] of counts, in bits."""
    return np.asarray(np.maximum(mutual_information(counts) - _bias(counts), 0.0))


def mutual_information(counts: np.ndarray) -> np.ndarray:
    """Return the plug-in mutual information of rows and columns of tables [..., I, J] of counts, in bits."""
    cells = counts.reshape(*counts.shape[:-2], counts.shape[-2] * counts.shape[-1])
    return np.asarray(entropy(counts.sum(axis=-1)) + entropy(counts.sum(axis=-2)) - entropy(cells))


def entropy(counts: np.ndarray) -> np.ndarray:
    """Return the plug-in entropy of counts [..., N], in bits."""
    shares = counts / counts.sum(axis=-1, keepdims=True)
    return np.asarray(special.entr(shares).sum(axis=-1) / math.log(2))


def _bias(counts: np.ndarray) -> np.ndarray:
    """Return how much too high the plug-in information of tables is on average, in bits."""
    rows = np.count_nonzero(counts.sum(axis=-1), axis=-1)
    columns = np.count_nonzero(counts.sum(axis=-2), axis=-1)
    return np.asarray((rows - 1) * (columns - 1) / (2 * counts.sum(axis=(-2, -1)) * math.log(2)))


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    if counted_ratings(ratings, METHODS)["response"].eq(NONE_OF_THESE).all():
        raise NoRatings("Every answer is that none of the words was heard: there is nothing to be told from them.")
    return {
        "information": transmitted_information(ratings, confidence),
        "sensitivity": word_sensitivity(ratings, confidence),
        "against_chance": against_chance(ratings, confidence),
    }


IDENTIFICATION_INFORMATION = Statistic(
    slug="identification_information",
    title="What the answers tell of the words",
    unit="an answer; listeners are taken as a sample of more",
    tables=_tables,
    drawn=f"{RESAMPLES:,} bootstrap resamples of listeners, seed {SEED}",
)
