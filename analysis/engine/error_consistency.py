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
answers of 2 (H - p) d, so all judges of a clip share the products of W and W p with M and H, and need none of their
own. Those of W with M and H are the same whichever clips are looked at together, a system or all of them; p is not.

Pairs of listeners follow from (sum of w)^2 = sum of w^2 + twice the sum over pairs. Of the squares, summed over clips,
those with p need no product by clip either: sum of V_s M_ls W_l^2 p_l = sum of W_l^2 r_l = sum of V_s (W^2 H)_s, and
sum of V_s M_ls W_l^2 p_l^2 = sum of (W_l p_l) (W_l r_l).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.engine.bootstrap import CHUNK, Draws, RatingTable, draw, rating_table

Floats = npt.NDArray[np.float64]

RESAMPLES = 1000
# Resamples by listeners that fit a processor's cache.
BLOCK = 50


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
    """Who was right about which clip: answers and right answers [L, S], sparse, and how often each was drawn.

    Resamples stand side by side: `listeners` [L, B], `clips` [S, B], and `at_clips` [4, S, B], what the listeners
    drawn answered at each clip: W M, W H, W^2 M and W^2 H.
    """

    answers: Any
    right: Any
    listeners: Floats
    clips: Floats
    at_clips: Floats

    def of(self, clips: npt.NDArray[np.intp]) -> Self:
        """Return what was heard of some clips, by their places."""
        answers, right = self.answers[:, clips], self.right[:, clips]
        return type(self)(answers, right, self.listeners, self.clips[clips], self.at_clips[:, clips])

    @cached_property
    def expected(self) -> tuple[Floats, Floats]:
        """Answers expected right by who gave them, W p M, at each clip [S, B]; and their squares' sum over all [B]."""
        answers, right = self.answers.tocsr(), self.right.tocsr()
        starts = range(0, self.clips.shape[1], BLOCK)
        blocks = [self._expected(answers, right, slice(start, start + BLOCK)) for start in starts]
        at_clips, squares = zip(*blocks, strict=True)
        return np.concatenate(at_clips, axis=1), np.concatenate(squares)

    def _expected(self, answers: Any, right: Any, block: slice) -> tuple[Floats, Floats]:
        listeners, clips = self.listeners[:, block], self.clips[:, block]
        of_listeners, weighted = answers @ clips, right @ clips
        # Whoever gave no answer gave no right one: the share is 0 then.
        expected = np.divide(weighted, np.maximum(of_listeners, 1, out=of_listeners), out=of_listeners)
        expected *= listeners
        weighted *= listeners
        return answers.T @ expected, np.einsum("lb,lb->b", expected, weighted)

    def total(self, at_clips: Floats) -> Floats:
        """Return what stands at each clip [S, B], summed over the clips that were drawn [B]."""
        return np.asarray(np.einsum("sb,sb->b", self.clips, at_clips))

    @cached_property
    def n(self) -> Floats:
        """How many answers were drawn [B]."""
        return self.total(self.at_clips[0])

    @cached_property
    def accuracy(self) -> Floats:
        """The share of right answers [B]; NaN where none was drawn."""
        return _ratio(self.total(self.at_clips[1]), self.n, np.nan)


def correct_answers(answers: pd.DataFrame, strata: pd.Series) -> RatingTable:
    """Sum right answers by listener and clip; clips are drawn within their stratum. One answer to a clip each."""
    right = answers["human_is_right"].to_numpy(dtype=np.float64)
    table = rating_table(right, answers["listener"], answers["clip_key"], strata)
    # Products take as long as there are answers, and columns are at hand.
    return replace(table, sums=_by_columns(table.sums), counts=_by_columns(table.counts))


def _by_columns(table: Any) -> Any:
    return sparse.csc_array(table, dtype=np.float64)


def as_drawn(table: RatingTable, draws: Draws) -> Heard:
    """Take each listener and each clip as often as it was drawn."""
    listeners, clips = (np.ascontiguousarray(each.T) for each in (draws.listeners, draws.stimuli))
    at_clips = [each.T @ times for times in (listeners, listeners**2) for each in (table.counts, table.sums)]
    return Heard(table.counts, table.sums, listeners, clips, np.stack(at_clips))


def everything(table: RatingTable) -> Heard:
    """Take each listener and each clip once."""
    n_listeners, n_clips = table.sums.shape
    return as_drawn(table, Draws(np.ones((1, n_listeners)), np.ones((1, n_clips))))


def resamples(table: RatingTable, generator: np.random.Generator) -> Iterator[Heard]:
    """Draw listeners and clips `RESAMPLES` times, some at a time."""
    for start in range(0, RESAMPLES, CHUNK):
        yield as_drawn(table, draw(table, min(CHUNK, RESAMPLES - start), generator))


def with_classifier(heard: Heard, is_right: Floats) -> tuple[Consistency, Floats]:
    """Return the consistency of listeners with a classifier, right or not at each clip [S], and its accuracy [B].

    The classifier's accuracy is that on the answers: a clip counts as often as it was heard.
    """
    answers, right = heard.at_clips[:2]
    at_clips = (answers, right, heard.expected[0])
    own, both, expected = (_ratio(heard.total(each * is_right[:, None]), heard.n, np.nan) for each in at_clips)
    neither = 1 - heard.accuracy - own
    return Consistency(neither + 2 * both, neither + 2 * expected), own


def among_listeners(heard: Heard) -> Consistency:
    """Return the consistency of listeners with each other, over all pairs of different listeners on shared clips.

    NaN where no clip was heard by two listeners. A listener who is drawn twice is no pair with himself.
    """
    answers, right = heard.at_clips[:2]
    expected, expected_twice = heard.expected
    twice, right_twice = (heard.total(each) for each in heard.at_clips[2:])
    n = heard.total(answers**2) - twice
    agreed = heard.total(right**2 + (answers - right) ** 2) - twice
    by_chance = heard.total(expected**2 + (answers - expected) ** 2) - twice + 2 * (right_twice - expected_twice)
    return Consistency(*(_ratio(part, n, np.nan) for part in (agreed, by_chance)))


def _ratio(part: Floats, whole: Floats, otherwise: float) -> Floats:
    return np.divide(part, whole, out=np.full_like(whole, otherwise), where=whole > 0)
