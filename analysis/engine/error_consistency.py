"""Do two deciders fail on the same clips? Error consistency, of listeners with a classifier and with each other.

Error consistency is (c_obs - c_exp) / (1 - c_exp), with c_obs the share of trials on which both are right or both
wrong, and c_exp = p q + (1 - p)(1 - q) that of deciders who err independently with accuracies p and q. Source: Geirhos,
Meding & Wichmann 2020, "Beyond accuracy: quantifying trial-by-trial behaviour of CNNs and humans by measuring error
consistency", NeurIPS 33, eq. 1-3.

Over many listeners both parts are averaged before the ratio is taken, every answer (or pair of answers to one clip)
counting alike. For a classifier that is the mean of the listeners' own consistencies, each weighted with its number of
answers times 1 - c_exp: a listener for whom it is undefined has no weight. Two listeners share too few clips for a
consistency of their own in most studies; p and q are therefore of all clips that each of the two heard.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.engine.bootstrap import CHUNK, Draws, RatingTable, draw, rating_table

Floats = npt.NDArray[np.float64]

RESAMPLES = 1000


@dataclass(frozen=True)
class Consistency:
    """How often deciders agree in being right or wrong, observed and expected; one entry for each resample [B]."""

    observed: Floats
    expected: Floats

    @property
    def estimate(self) -> Floats:
        """Error consistency [B]; NaN where nothing is left to be consistent about: c_exp is 1, or nothing was drawn."""
        is_defined = self.expected < 1 - 1e-12
        left = np.where(is_defined, 1 - self.expected, 1.0)
        return np.where(is_defined, (self.observed - self.expected) / left, np.nan)


@dataclass(frozen=True)
class Heard:
    """What each listener heard in each resample: answers and right ones [B, L], of draws of listeners and clips."""

    table: RatingTable
    draws: Draws
    answers: Floats
    right: Floats

    @property
    def accuracies(self) -> Floats:
        """Each listener's share of right answers [B, L]; 0 where no answer was drawn."""
        return _ratio(self.right, self.answers)

    @property
    def accuracy(self) -> Floats:
        """The share of right answers [B]; NaN where none was drawn."""
        weights = self.draws.listeners
        return _ratio((weights * self.right).sum(axis=1), (weights * self.answers).sum(axis=1), np.nan)


def correct_answers(answers: pd.DataFrame, strata: pd.Series) -> RatingTable:
    """Sum right answers by listener and clip; clips are drawn within their stratum. One answer to a clip each."""
    right = answers["human_is_right"].to_numpy(dtype=np.float64)
    return rating_table(right, answers["listener"], answers["clip_key"], strata)


def heard(table: RatingTable, draws: Draws) -> Heard:
    """Count the answers that resamples drew."""
    return Heard(table, draws, draws.stimuli @ table.counts.T, draws.stimuli @ table.sums.T)


def everything(table: RatingTable) -> Draws:
    """Draw each listener and each clip once."""
    n_listeners, n_clips = table.sums.shape
    return Draws(np.ones((1, n_listeners)), np.ones((1, n_clips)))


def resamples(table: RatingTable, generator: np.random.Generator) -> Iterator[Heard]:
    """Count the answers of `RESAMPLES` resamples of listeners and of clips, some at a time."""
    for start in range(0, RESAMPLES, CHUNK):
        yield heard(table, draw(table, min(CHUNK, RESAMPLES - start), generator))


def with_classifier(answered: Heard, is_right: Floats) -> tuple[Consistency, Floats]:
    """Return the consistency of listeners with a classifier, right or not at each clip [S], and its accuracy [B].

    The classifier's accuracy is that on the answers: a clip counts as often as it was heard.
    """
    drawn = answered.draws.stimuli * is_right
    table, weights = answered.table, answered.draws.listeners
    classifier, both = drawn @ table.counts.T, drawn @ table.sums.T
    agreed = answered.answers - answered.right - classifier + 2 * both
    expected = _by_chance(answered.accuracies, _ratio(classifier, answered.answers)) * answered.answers
    n = (weights * answered.answers).sum(axis=1)
    consistency = Consistency(*(_ratio((weights * part).sum(axis=1), n, np.nan) for part in (agreed, expected)))
    return consistency, _ratio((weights * classifier).sum(axis=1), n, np.nan)


def among_listeners(answered: Heard) -> Consistency:
    """Return the consistency of listeners with each other, over all pairs of different listeners on shared clips.

    NaN where no clip was heard by two listeners. A listener who is drawn twice is no pair with himself.
    """
    drawn, counts = answered.draws, answered.table.counts
    weights, accuracies = drawn.listeners, answered.accuracies
    everyone = _pairs(weights, counts)
    agreed = _pairs(weights, answered.table.sums) + _pairs(weights, counts - answered.table.sums)
    expected = _pairs(weights * accuracies, counts) + _pairs(weights * (1 - accuracies), counts)
    n = (drawn.stimuli * everyone).sum(axis=1)
    return Consistency(*(_ratio((drawn.stimuli * part).sum(axis=1), n, np.nan) for part in (agreed, expected)))


def _pairs(weights: Floats, marks: Sequence[Floats] | Floats) -> Floats:
    """Return the sum over pairs of different listeners of both weights, at each clip that both marked [B, S].

    Marks [L, S] are 0 or 1. From (sum w)^2 = sum of w^2 + twice the sum over pairs.
    """
    return np.asarray(((weights @ marks) ** 2 - weights**2 @ marks) / 2)


def _by_chance(first: Floats, second: Floats) -> Floats:
    return first * second + (1 - first) * (1 - second)


def _ratio(part: Floats, whole: Floats, otherwise: float = 0.0) -> Floats:
    return np.divide(part, whole, out=np.full_like(whole, otherwise), where=whole > 0)
