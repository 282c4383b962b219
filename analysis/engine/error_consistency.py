"""Do two deciders fail on the same clips? Error consistency, of listeners with a classifier and with each other.

Error consistency is (c_obs - c_exp) / (1 - c_exp), with c_obs the share of trials on which both are right or both
wrong, and c_exp = p q + (1 - p)(1 - q) that of deciders who err independently with accuracies p and q. Source: Geirhos,
Meding & Wichmann 2020, "Beyond accuracy: quantifying trial-by-trial behaviour of CNNs and humans by measuring error
consistency", NeurIPS 33, eq. 1-3.

Over many listeners both parts are averaged before the ratio is taken, every answer (or pair of answers to one clip)
counting alike. For a classifier that is the mean of the listeners' own consistencies, each weighted with its number of
answers times 1 - c_exp: a listener for whom it is undefined has no weight. Two listeners share too few clips for a
consistency of their own in most studies; p and q are therefore of all clips that each of the two heard.

The bootstrap draws listener l W_l times and clip s V_s times. With M the answers given and H the right ones [L, S], and
n = M V, r = H V, p = r / n of each listener, c_obs - c_exp of a classifier that is right at the clips d is the sum over
answers of 2 (H - p) d, so all judges of a clip share the products of W, W p, ... with M and H, and need none of their
own. Pairs of listeners follow from (sum of w)^2 = sum of w^2 + twice the sum over pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

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
    """Who was right about which clip: answers and right answers [L, S], 0 or 1, and draws of listeners and clips."""

    answers: Any
    right: Any
    draws: Draws

    def of(self, clips: npt.NDArray[np.intp]) -> Self:
        """Return what was heard of some clips, by their places."""
        draws = Draws(self.draws.listeners, self.draws.stimuli[:, clips])
        return type(self)(self.answers[:, clips], self.right[:, clips], draws)

    @cached_property
    def accuracies(self) -> Floats:
        """Each listener's share of right answers [B, L]; 0 where no answer was drawn."""
        return _ratio(self.draws.stimuli @ self.right.T, self.draws.stimuli @ self.answers.T, 0.0)

    @cached_property
    def weighted(self) -> Floats:
        """W p [B, L]."""
        return np.asarray(self.draws.listeners * self.accuracies)

    @cached_property
    def by_clip(self) -> tuple[Floats, Floats, Floats]:
        """Answers W M, right answers W H, and those expected right by who gave them W p M, at each clip [B, S]."""
        listeners = self.draws.listeners
        return listeners @ self.answers, listeners @ self.right, self.weighted @ self.answers

    def total(self, of_clips: Floats) -> Floats:
        """Return what stands at each clip [B, S], summed over the clips that were drawn [B]."""
        return np.asarray(np.einsum("bs,bs->b", self.draws.stimuli, of_clips))

    @cached_property
    def n(self) -> Floats:
        """How many answers were drawn [B]."""
        return self.total(self.by_clip[0])

    @cached_property
    def accuracy(self) -> Floats:
        """The share of right answers [B]; NaN where none was drawn."""
        return _ratio(self.total(self.by_clip[1]), self.n, np.nan)


def correct_answers(answers: pd.DataFrame, strata: pd.Series) -> RatingTable:
    """Sum right answers by listener and clip; clips are drawn within their stratum. One answer to a clip each."""
    right = answers["human_is_right"].to_numpy(dtype=np.float64)
    return rating_table(right, answers["listener"], answers["clip_key"], strata)


def everything(table: RatingTable) -> Heard:
    """Take each listener and each clip once."""
    n_listeners, n_clips = table.sums.shape
    return Heard(table.counts, table.sums, Draws(np.ones((1, n_listeners)), np.ones((1, n_clips))))


def resamples(table: RatingTable, generator: np.random.Generator) -> Iterator[Heard]:
    """Draw listeners and clips `RESAMPLES` times, some at a time."""
    for start in range(0, RESAMPLES, CHUNK):
        yield Heard(table.counts, table.sums, draw(table, min(CHUNK, RESAMPLES - start), generator))


def with_classifier(heard: Heard, is_right: Floats) -> tuple[Consistency, Floats]:
    """Return the consistency of listeners with a classifier, right or not at each clip [S], and its accuracy [B].

    The classifier's accuracy is that on the answers: a clip counts as often as it was heard.
    """
    own, both, expected = (_ratio(heard.total(each * is_right), heard.n, np.nan) for each in heard.by_clip)
    neither = 1 - heard.accuracy - own
    return Consistency(neither + 2 * both, neither + 2 * expected), own


def among_listeners(heard: Heard) -> Consistency:
    """Return the consistency of listeners with each other, over all pairs of different listeners on shared clips.

    NaN where no clip was heard by two listeners. A listener who is drawn twice is no pair with himself.
    """
    answers, right, expected = heard.by_clip
    once, weighted = heard.draws.listeners, heard.weighted
    twice, right_twice = once**2 @ heard.answers, once**2 @ heard.right
    crossed, expected_twice = (once * weighted) @ heard.answers, weighted**2 @ heard.answers
    n = heard.total(answers**2 - twice)
    agreed = right**2 - right_twice + (answers - right) ** 2 - (twice - right_twice)
    by_chance = expected**2 - expected_twice + (answers - expected) ** 2 - (twice - 2 * crossed + expected_twice)
    # Where nobody is a pair, rounding alone is left.
    return Consistency(*(_ratio(heard.total(part), np.where(n > 0.5, n, 0.0), np.nan) for part in (agreed, by_chance)))


def _ratio(part: Floats, whole: Floats, otherwise: float) -> Floats:
    return np.divide(part, whole, out=np.full_like(whole, otherwise), where=whole > 0)
