"""How much listeners' words tell of the words that were meant: transmitted information, sensitivity, and chance."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special, stats

from analysis.engine.bootstrap import ends_around
from analysis.engine.confusions import RESAMPLES, SEED, Confusions, WordAnswers, word_answers
from analysis.engine.detection import d_prime, sensitivity
from analysis.engine.intervals import wilson_interval
from analysis.engine.ratings import NoRatings, counted_ratings
from analysis.engine.statistic import Statistic, Tables

Floats = npt.NDArray[np.float64]

METHODS = ("class_identification",)
# Below this a variance is nothing but rounding: counts of answers vary by far more, or not at all.
NO_VARIANCE = 1e-9


def transmitted_information(ratings: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return for each system, and for all of them, what the answers tell of the words, in bits.

    `estimate` is the plug-in mutual information of word and answer less its bias, (I-1)(J-1)/(2 N ln 2) bits for I
    words and J answers that occur (Miller 1955); `plug_in` is what others report, which is too high in small samples.
    `of_bits` is the entropy of the words as they were put, `relative` the estimate's share of it. `low` and `high` are
    quantiles of a bootstrap over listeners (fixed seed): all listeners of the study are drawn again, the same for every
    system, also where a system was not heard by all of them. Source: Miller and Nicely 1955, "An analysis of perceptual
    confusions among some English consonants", JASA 27. Raises NoRatings.
    """
    return _by_system(_answers(ratings), confidence)


def word_sensitivity(ratings: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return for each word how well it is told from the others: d' and the bias toward answering it.

    Hits are answers that name the word when it was meant, false alarms those when another was; see `d_prime`. Pooled
    over listeners, which is not the mean of their own d'; the interval is a bootstrap over listeners. `plug_in` is d'
    of the rates as they are, which others report: missing where one is 0 or 1. Raises NoRatings.
    """
    return _by_word(_answers(ratings), confidence)


def against_chance(ratings: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return for each system, and for all, whether more words are heard than by listeners who answer as they like.

    Chance respects that listeners prefer some answers: each listener's own answers, to all systems, are dealt out anew
    among the clips that this listener heard. `chance` is the expected share of a system's words that are then named,
    `p_value` the one-sided normal approximation of their distribution, with its exact mean and variance (Hoeffding
    1951, "A combinatorial central limit theorem") and a correction for continuity. That listeners prefer other answers
    for one system than for another is not provided for. `low` and `high` are Wilson's, of the share itself. Raises
    NoRatings.
    """
    return _beside_chance(_answers(ratings), confidence)


def _answers(ratings: pd.DataFrame) -> WordAnswers:
    return word_answers(counted_ratings(ratings, METHODS))


def _by_system(answers: WordAnswers, confidence: float) -> pd.DataFrame:
    rows = [
        {
            "system": name,
            **_information(answers.confusions(of_system), answers.draws, confidence),
            **_rests_on(of_system),
        }
        for name, of_system in answers.by_system()
    ]
    return pd.DataFrame(rows)


def _by_word(answers: WordAnswers, confidence: float) -> pd.DataFrame:
    confusions = answers.confusions(answers.numbers)
    total, resampled = confusions.total, confusions.resampled(answers.draws)
    rows = [
        {"item": word, **_sensitivity(total, resampled, place, confidence), **_rests_on(answers.numbers)}
        for place, word in enumerate(answers.words)
        if total[place].any()
    ]
    return pd.DataFrame(rows)


def _beside_chance(answers: WordAnswers, confidence: float) -> pd.DataFrame:
    said = _counted(answers, answers.numbers, "response")
    rows = [
        {
            "system": name,
            **_dealt(_counted(answers, of_system, "item"), said, int(of_system["is_right"].sum()), confidence),
            **_rests_on(of_system),
        }
        for name, of_system in answers.by_system()
    ]
    return pd.DataFrame(rows)


def _rests_on(answers: pd.DataFrame) -> dict[str, int]:
    return {
        "n": len(answers),
        "n_listeners": answers["listener"].nunique(),
        "n_stimuli": answers["clip_key"].nunique(),
    }


def _information(confusions: Confusions, draws: Floats, confidence: float) -> dict[str, Any]:
    total = confusions.total
    plug_in, words = float(mutual_information(total)), float(entropy(total.sum(axis=1)))
    corrected = float(_corrected(total))
    return {
        "estimate": corrected,
        **_interval(corrected, _corrected(confusions.resampled(draws)), confidence),
        "plug_in": plug_in,
        "of_bits": words,
        "relative": corrected / words if words > 0 else math.nan,
        "method": "mutual information less its bias (Miller–Madow), bootstrap over listeners",
    }


def _sensitivity(total: Floats, resampled: Floats, place: int, confidence: float) -> dict[str, Any]:
    """Return how well one word is told; `total` [W, W + 1] and `resampled` [R, W, W + 1] count answers to words."""
    hits, n_signals, false_alarms, n_others = (int(each) for each in _detected(total, place))
    prime, criterion = d_prime(hits, n_signals, false_alarms, n_others)
    hit_rate, false_alarm_rate = hits / n_signals, false_alarms / n_others if n_others else math.nan
    is_between = 0 < hit_rate < 1 and 0 < false_alarm_rate < 1
    plug_in = float(special.ndtri(hit_rate) - special.ndtri(false_alarm_rate)) if is_between else math.nan
    return {
        "estimate": prime,
        **_interval(prime, sensitivity(*_detected(resampled, place)), confidence),
        "plug_in": plug_in,
        "criterion": criterion,
        "hit_rate": hit_rate,
        "false_alarm_rate": false_alarm_rate,
        "method": "d', log-linear correction, pooled over listeners, bootstrap over listeners",
    }


def _detected(counts: Floats, place: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return hits, words meant, false alarms and other words meant, of one word; counts [..., W, W + 1]."""
    hits, meant = counts[..., place, place], counts[..., place, :].sum(axis=-1)
    said = counts[..., :, place].sum(axis=-1)
    return hits, meant, said - hits, counts.sum(axis=(-2, -1)) - meant


def _interval(estimate: float, resampled: Floats, confidence: float) -> dict[str, Any]:
    """Return the ends of a percentile bootstrap over listeners, widened to hold the estimate if need be."""
    if not len(resampled):
        return {"low": math.nan, "high": math.nan, "note": "one listener: nothing is known of how others differ"}
    if np.isnan(resampled).all():
        return {"low": math.nan, "high": math.nan, "note": "no other word was meant: nothing to tell this one from"}
    return {**ends_around(estimate, resampled, confidence), "note": ""}


def _counted(answers: WordAnswers, numbers: pd.DataFrame, what: str) -> Floats:
    """Return how often each listener of the study has each word of a column among some answers, [L, W + 1]."""
    shape = (answers.n_listeners, len(answers.words) + 1)
    places = np.ravel_multi_index((numbers["listener"], numbers[what]), shape)
    return np.bincount(places, minlength=math.prod(shape)).reshape(shape).astype(np.float64)


def _dealt(put: Floats, said: Floats, right: int, confidence: float) -> dict[str, Any]:
    """Return how many words of one system's answers are right, beside how many would be (`_moments`)."""
    n, (mean, variance) = int(put.sum()), _moments(put, said)
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


def _moments(put: Floats, said: Floats) -> tuple[float, float]:
    """Return mean and variance of how many words are named when every listener's answers are dealt anew.

    `put` [L, W]: how often a system said each word to each listener; `said` [L, W]: the listener's answers to all
    systems. Hoeffding's variance is the sum of squares of the matches less the means of their rows and columns.
    """
    n = said.sum(axis=1)
    matches = (put * said).sum(axis=1)
    squares = matches - ((put * said**2).sum(axis=1) + (said * put**2).sum(axis=1)) / n + (matches / n) ** 2
    # Summed exactly, so that the order of listeners changes nothing.
    return math.fsum(matches / n), math.fsum(squares / np.maximum(n - 1, 1))


def _corrected(counts: Floats) -> Floats:
    """Return the information less its bias, at least 0, of tables [..., I, J] of counts, in bits."""
    return np.asarray(np.maximum(mutual_information(counts) - _bias(counts), 0.0))


def mutual_information(counts: Floats) -> Floats:
    """Return the plug-in mutual information of rows and columns of tables [..., I, J] of counts, in bits."""
    cells = counts.reshape(*counts.shape[:-2], counts.shape[-2] * counts.shape[-1])
    return np.asarray(entropy(counts.sum(axis=-1)) + entropy(counts.sum(axis=-2)) - entropy(cells))


def entropy(counts: Floats) -> Floats:
    """Return the plug-in entropy of counts [..., N], in bits."""
    shares = counts / counts.sum(axis=-1, keepdims=True)
    return np.asarray(special.entr(shares).sum(axis=-1) / math.log(2))


def _bias(counts: Floats) -> Floats:
    """Return how much too high the plug-in information of tables is on average, in bits."""
    rows = np.count_nonzero(counts.sum(axis=-1), axis=-1)
    columns = np.count_nonzero(counts.sum(axis=-2), axis=-1)
    return np.asarray((rows - 1) * (columns - 1) / (2 * counts.sum(axis=(-2, -1)) * math.log(2)))


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    answers = _answers(ratings)
    if answers.numbers["response"].eq(len(answers.words)).all():
        raise NoRatings("Every answer is that none of the words was heard: there is nothing to be told from them.")
    return {
        "information": _by_system(answers, confidence),
        "sensitivity": _by_word(answers, confidence),
        "against_chance": _beside_chance(answers, confidence),
    }


IDENTIFICATION_INFORMATION = Statistic(
    slug="identification_information",
    title="What the answers tell of the words",
    unit="an answer; listeners are taken as a sample of more",
    tables=_tables,
    drawn=f"{RESAMPLES:,} bootstrap resamples of listeners, seed {SEED}",
)
