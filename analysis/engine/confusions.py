"""Answers to "which word?" as numbers, and how often each listener answered what to what."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.engine.mean_scores import numbered
from analysis.engine.ratings import NONE_OF_THESE

Floats = npt.NDArray[np.float64]

RESAMPLES, SEED = 1000, 20190703
# All systems, beside each by itself.
ALL = "all"
NAMED = ["listener", "clip_key", "system", "item", "response"]


@dataclass(frozen=True)
class WordAnswers:
    """Answers by the numbers of their listeners, clips, systems and words, each in the order of the names.

    `numbers` has one row for each answer: listener, clip_key, system, item, response and `is_right`. An item or a
    response is a place in `words`; a response beyond them is "none of these".
    """

    numbers: pd.DataFrame
    systems: list[str]
    words: list[str]

    @property
    def n_listeners(self) -> int:
        return int(self.numbers["listener"].max()) + 1

    @cached_property
    def draws(self) -> Floats:
        """How often each listener is drawn in each resample [R, L], from a fixed seed: the same for every system."""
        n = self.n_listeners
        draws = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
        return draws.astype(np.float64)

    def names(self, column: str) -> list[str]:
        """Return what the numbers of a column stand for: system, item or response."""
        return {"system": self.systems, "item": self.words, "response": [*self.words, NONE_OF_THESE]}[column]

    def by_system(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Return all answers, and those of each system, by its name."""
        yield ALL, self.numbers
        for name, (_, answers) in zip(self.systems, self.numbers.groupby("system", sort=True), strict=True):
            yield name, answers

    def confusions(self, numbers: pd.DataFrame) -> "Confusions":
        """Count some of the answers by listener, word and answer."""
        listeners, names = pd.factorize(numbers["listener"])
        shape = (len(names), len(self.words), len(self.words) + 1)
        places = np.ravel_multi_index((listeners, numbers["item"], numbers["response"]), shape)
        counts = np.bincount(places, minlength=math.prod(shape)).reshape(len(names), -1)
        order = np.lexsort(counts.T)
        return Confusions(counts[order].reshape(shape).astype(np.float64))


def word_answers(counted: pd.DataFrame) -> WordAnswers:
    """Return counted answers with numbers for names, which are looked at much faster."""
    answers = numbered(counted[NAMED])
    systems, names = pd.factorize(answers["system"], sort=True)
    (items, meant), (responses, said) = (pd.factorize(answers[name]) for name in ("item", "response"))
    words = sorted({*meant, *said} - {NONE_OF_THESE})
    places = pd.Index([*words, NONE_OF_THESE])
    item, response = places.get_indexer(meant)[items], places.get_indexer(said)[responses]
    numbers = answers.assign(system=systems, item=item, response=response, is_right=item == response)
    return WordAnswers(numbers, list(names), words)


@dataclass(frozen=True)
class Confusions:
    """How often each listener who answered answered what to what: counts [L, W, W + 1], in the order of the words.

    The last answer is "none of these". Listeners stand in the order of their counts, so that nothing depends on their
    names or on the order of rows.
    """

    counts: Floats

    @property
    def total(self) -> Floats:
        return np.asarray(self.counts.sum(axis=0))

    def resampled(self, draws: Floats) -> Floats:
        """Return the totals [R, W, W + 1] of resamples of listeners; none of a single listener.

        `draws` [R, A] tell how often each of all listeners is drawn (`WordAnswers.draws`). Those without answers here
        come first among them: how many of the others are drawn is left to chance, and a resample without any is left
        out.
        """
        n_listeners = len(self.counts)
        if n_listeners < 2:
            return self.counts[:0]
        totals = draws[:, -n_listeners:] @ self.counts.reshape(n_listeners, -1)
        return totals[totals.any(axis=1)].reshape(-1, *self.counts.shape[1:])
