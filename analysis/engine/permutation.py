"""Permutation tests of pairs of systems that respect listeners and stimuli.

A relabelling swaps the two systems for whole clusters of ratings, so what it makes of the statistic follows from sums
over cells (a listener's ratings of a stimulus): no rating is ever relabelled by itself, and a thousand relabellings
are a few matrix products.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.engine.swapped_pair import SwappedPair

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Labels = npt.NDArray[np.bool_]

PERMUTATIONS = 999
# Relabellings that give the same statistic may differ by rounding.
TIE = 1e-9


def permutation_p(
    scores: Floats,
    is_first: Labels,
    listeners: Codes,
    stimuli: Codes,
    generator: np.random.Generator,
    permutations: int = PERMUTATIONS,
) -> float:
    """Return `PermutationTest.p` of two systems from the ratings [N] of both."""
    systems = np.where(is_first, 0, 1)
    return PermutationTest(scores, systems, listeners, stimuli, generator, permutations).p(0, 1)


class PermutationTest:
    """Tests any two systems of a study: scores [N], and systems, listeners and stimuli as codes [N] from 0.

    Ratings are never exchanged one by one. Once the labels of whole stimuli are permuted, once each listener's answers
    to both systems are swapped as a whole; the larger p counts. Where a stimulus is an item that both systems said, its
    labels are swapped too. Each way alone would be anticonservative against the other's variance, so the statistic is
    the difference over its two-way cluster-robust error, which follows nearly the same law whatever the variances
    (Janssen 1997, Statistics & Probability Letters 36; Chung & Romano 2013, Annals of Statistics 41(2)). Which
    listeners are swapped is drawn once for all pairs.
    """

    def __init__(
        self,
        scores: Floats,
        systems: Codes,
        listeners: Codes,
        stimuli: Codes,
        generator: np.random.Generator,
        permutations: int = PERMUTATIONS,
    ) -> None:
        n_listeners, n_stimuli = int(listeners.max()) + 1, int(stimuli.max()) + 1
        columns, column = np.unique(systems * n_stimuli + stimuli, return_inverse=True)
        cells, cell = np.unique(column * n_listeners + listeners, return_inverse=True)
        # Less a whole number: sums of whole scores stay exact, and squares lose no digits.
        centred = scores - np.round(scores.mean())
        self._cells = np.column_stack([np.bincount(cell, centred), np.bincount(cell)])
        self._column, self._listener = np.divmod(cells, n_listeners)
        system, self._stimulus = np.divmod(columns, n_stimuli)
        # Columns are in the order of their systems, and cells in that of their columns.
        self._first_columns = np.searchsorted(system, np.arange(int(systems.max()) + 2))
        self._first_cells = np.searchsorted(self._column, self._first_columns)
        self._generator = generator
        self._swaps = _coins(generator, permutations, n_listeners)
        self._stimulus_swaps: dict[tuple[int, int], Floats] = {}
        self._moved_by_column = [self._swapped_sums(values, n_listeners) for values in self._cells.T]

    def _swapped_sums(self, values: Floats, n_listeners: int) -> Floats:
        """Return the sums of cells' values over the swapped listeners, for each column [columns, B]."""
        table = np.zeros((n_listeners, len(self._stimulus)))
        table[self._listener, self._column] = values
        return np.ascontiguousarray((self._swaps @ table).T)

    def p(self, first: int, second: int) -> float:
        """Return the two-sided p of no difference between two systems; NaN without variance."""
        pair, stimuli = self._pair(first, second)
        observed = pair.stimuli_swapped(np.zeros((1, pair.n_stimuli)))[0]
        if np.isnan(observed):
            return float("nan")
        permuted = (
            pair.stimuli_swapped(self.swaps_of_stimuli(pair)),
            pair.listeners_swapped(*self._swaps_of(pair.listeners), self._moved(first, second, stimuli)),
        )
        return max(_p(observed, statistics) for statistics in permuted)

    def swaps_of_stimuli(self, pair: SwappedPair) -> Floats:
        """Return for which stimuli [B, S] the label changes: labels permuted, or swapped where a stimulus has both.

        Drawn once for all pairs with as many stimuli of either system.
        """
        n_first, n_both = pair.n_of_first, pair.n_shared
        key = (pair.n_stimuli, -1 if n_both else n_first)
        if key not in self._stimulus_swaps:
            draw = _coins if n_both else _permuted
            self._stimulus_swaps[key] = draw(self._generator, len(self._swaps), *key[: 1 if n_both else 2])
        return self._stimulus_swaps[key]

    def _swaps_of(self, listeners: Codes) -> tuple[Floats, Codes]:
        """Return swaps [B, L] that hold those of these listeners, and the columns that do."""
        if 2 * len(listeners) < self._swaps.shape[1]:
            return self._swaps[:, listeners], np.arange(len(listeners))
        return self._swaps, listeners

    def _pair(self, first: int, second: int) -> tuple[SwappedPair, Codes]:
        """Return the cells of two systems, and the study's numbers of the pair's stimuli, the first system's first."""
        cells = [slice(*self._first_cells[system : system + 2]) for system in (first, second)]
        listeners, listener = np.unique(np.concatenate([self._listener[own] for own in cells]), return_inverse=True)
        named = np.concatenate([self._stimulus[self._column[own]] for own in cells])
        stimulus, stimuli = pd.factorize(named)
        units, unit = np.unique(listener * len(stimuli) + stimulus, return_inverse=True)
        of_unit = np.zeros((len(units), 4))
        for side, own, part in zip((0, 1), cells, np.split(unit, [cells[0].stop - cells[0].start]), strict=True):
            of_unit[part, side], of_unit[part, side + 2] = self._cells[own].T
        return SwappedPair(of_unit, *np.divmod(units, len(stimuli)), listeners), np.asarray(stimuli)

    def _moved(self, first: int, second: int, stimuli: Codes) -> tuple[Floats, Floats]:
        """Return what swapped listeners add to the first system's sums and counts of each stimulus [S, B]."""
        moved = np.zeros((2, len(stimuli), len(self._swaps)))
        by_name = np.argsort(stimuli)
        for system, sign in ((first, -1), (second, 1)):
            own = slice(*self._first_columns[system : system + 2])
            places = by_name[np.searchsorted(stimuli, self._stimulus[own], sorter=by_name)]
            for gained, swapped in zip(moved, self._moved_by_column, strict=True):
                gained[places] += sign * swapped[own]
        return moved[0], moved[1]


def _coins(generator: np.random.Generator, permutations: int, n_clusters: int) -> Floats:
    """Return 1 with even chances for each cluster [B, G], else 0."""
    return (generator.random((permutations, n_clusters)) < 0.5).astype(np.float64)


def _permuted(generator: np.random.Generator, permutations: int, n_stimuli: int, n_first: int) -> Floats:
    """Return 1 where permuting the labels of stimuli [B, S], the first system's first, changes them, else 0."""
    labels = np.tile(np.arange(n_stimuli) < n_first, (permutations, 1))
    return (generator.permuted(labels, axis=1) ^ labels).astype(np.float64)


def _p(observed: float, permuted: Floats) -> float:
    as_far = np.nansum(permuted >= observed * (1 - TIE))
    return float((1 + as_far) / (1 + len(permuted)))
