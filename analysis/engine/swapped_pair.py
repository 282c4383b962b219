"""The difference of two systems' means over its error, when the systems change places for some listeners or stimuli.

Nearly all of it follows from sums of one system alone, which serve all of its pairs; only what both systems have
(listeners, and stimuli where these are items) needs products of the pair's own.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.engine.rated_system import CELL_SQUARES, GIVEN, SQUARES, RatedSystem
from analysis.engine.swapped_squares import (
    EXCHANGED,
    Means,
    crossed,
    entries_of,
    entries_of_parts,
    parts,
    squares,
    unless_rounding,
)

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

# A variance below this is none.
NO_VARIANCE = 1e-18
# What a cell takes in the sums by listener is what so many products of two columns of their table take.
PRODUCTS_PER_CELL = 8
# What fits a processor's cache: with more relabellings at once the memory takes most of the time.
CHUNK = 250


@dataclass(frozen=True)
class SwappedListeners:
    """What the swapped listeners of each relabelling gave one system.

    `totals` [8, B] are the sums of `RatedSystem.by_listener`, `by_stimulus` [2, S, B] those of scores and of ratings.
    `entries` [10, B] are the ENTRIES of the stimuli, where the system is the first of a pair.
    """

    totals: Floats
    by_stimulus: Floats
    entries: Floats

    @classmethod
    def of(cls, system: RatedSystem, swaps: Floats) -> "SwappedListeners":
        """Return it for listeners swapped where there is a 1 [L, B]."""
        gave = np.hstack([system.by_listener, system.table.toarray()]).T @ swaps
        totals, moved = gave[:8], gave[8:].reshape(2, len(system.stimuli), -1)
        stayed = system.by_stimulus[:, GIVEN].T[:, :, None] - moved
        return cls(totals, moved, entries_of_parts((stayed[0], moved[0], stayed[1], moved[1])))


@dataclass(frozen=True)
class SwappedPair:
    """Two systems of a study. The pair's stimuli are those of the first system, then the second's further ones."""

    first: RatedSystem
    second: RatedSystem

    @property
    def n_stimuli(self) -> int:
        return len(self.first.stimuli) + len(self.second.stimuli) - self.n_shared

    @property
    def n_shared(self) -> int:
        return len(self._shared[0])

    @cached_property
    def crossed_by_listener(self) -> Floats:
        """What swapping a listener adds to what is `crossed` of the pair's listeners, and of its cells [2, L]."""
        listeners = self.first.listener[self._same_cells[0]]
        of_cells = np.bincount(listeners, crossed(*self._shared_cells), self.first.n_listeners)
        return np.stack([crossed(self.first.by_listener, self.second.by_listener), of_cells])

    def stimuli_swapped(self, swaps: Floats) -> Floats:
        """Return the statistic of each relabelling in which the systems change places in some stimuli [S, B] -> [B]."""
        moved = self._gains_of_stimuli @ swaps
        means = self._means(moved)
        return self._studentised(
            means,
            by_stimulus=squares(self._entries_of_stimuli, moved[SQUARES], moved[8], means),
            by_listener=self._squares_by_listener(means, swaps),
            by_both=squares(self._entries_of_cells, moved[CELL_SQUARES], moved[9], means),
        )

    def listeners_swapped(self, own: SwappedListeners, others: SwappedListeners, moved_crossed: Floats) -> Floats:
        """Return the same for swapped listeners, from what they gave either system -> [B].

        `moved_crossed` [2, B] is the sum of `crossed_by_listener` over them.
        """
        moved = others.totals - own.totals
        means = self._means(moved)
        return self._studentised(
            means,
            by_stimulus=self._squares_by_stimulus(means, own, others),
            by_listener=squares(self._entries_of_listeners, moved[SQUARES], moved_crossed[0], means),
            by_both=squares(self._entries_of_cells, moved[CELL_SQUARES], moved_crossed[1], means),
        )

    def _means(self, moved: Floats) -> Means:
        return Means.of(moved[GIVEN], self.first.total_by_listener[GIVEN], self.second.total_by_listener[GIVEN])

    def _studentised(self, means: Means, by_stimulus: Floats, by_listener: Floats, by_both: Floats) -> Floats:
        """Return |difference of means| over its two-way cluster-robust error [B], NaN where there is none."""
        n_listeners = np.count_nonzero(self.first.by_listener[:, 1] + self.second.by_listener[:, 1])
        stimulus, listener, both = (
            of_clusters * n_clusters / max(n_clusters - 1, 1)
            for of_clusters, n_clusters in (
                (by_stimulus, self.n_stimuli), (by_listener, int(n_listeners)), (by_both, self._n_cells),
            )
        )  # fmt: skip
        two_way = listener + stimulus - both
        variance = np.where(two_way > 0, two_way, np.maximum(listener, stimulus))
        is_known = (variance > NO_VARIANCE) & ~means.is_empty
        return np.asarray(np.abs(means.difference) / np.sqrt(np.where(is_known, variance, np.nan)))

    def _squares_by_listener(self, means: Means, swaps: Floats) -> Floats:
        """Return the sum over listeners of (weights · listener)² when stimuli are swapped [S, B] -> [B]."""
        is_direct = PRODUCTS_PER_CELL * self._n_cells < (2 * len(self._of_columns)) ** 2
        squares_of = self._squares_of_listeners if is_direct else self._squares_of_columns
        # The stimuli of the systems stand side by side: no copy where they share none.
        by_column = swaps[self._of_columns] if self.n_shared else swaps
        chunks = (slice(start, start + CHUNK) for start in range(0, swaps.shape[1], CHUNK))
        return np.concatenate([squares_of(means.part(chunk), by_column[:, chunk]) for chunk in chunks])

    def _squares_of_listeners(self, means: Means, swaps: Floats) -> Floats:
        moved = (self._moves @ swaps).reshape(2, -1, swaps.shape[1])
        of_listeners = parts(self._by_listener, means.weights, means.of_first - means.of_second, moved)
        return np.asarray(np.einsum("lb,lb->b", of_listeners, of_listeners))

    def _squares_of_columns(self, means: Means, swaps: Floats) -> Floats:
        """Return the same from the products of columns: less work than sums of many listeners."""
        own, others = np.split(swaps, [len(self.first.stimuli)])
        factors = np.concatenate(
            [_factors(own, means.of_first, means.of_second), _factors(others, means.of_second, means.of_first)]
        )
        return unless_rounding((self._products @ factors) * factors)

    def _squares_by_stimulus(self, means: Means, own: SwappedListeners, others: SwappedListeners) -> Floats:
        """Return the sum over stimuli of (weights · stimulus)² when listeners are swapped [B]."""
        change = means.of_second - means.of_first
        first, second = self._stimuli_of_both
        of_first = parts(first, means.of_first, change, own.by_stimulus[:, self._shared[0]])
        of_second = parts(second, means.of_second, -change, others.by_stimulus[:, self._shared[1]])
        of_systems = (own.entries + others.entries[EXCHANGED]) * means.products
        return unless_rounding(np.vstack([of_systems, 2 * of_first * of_second]))

    @cached_property
    def _shared(self) -> tuple[Codes, Codes]:
        """The places of the stimuli of both systems, among those of the first and among those of the second."""
        own, others = self.first.stimuli, self.second.stimuli
        _, *places = np.intersect1d(own, others, assume_unique=True, return_indices=True)
        return places[0], places[1]

    @cached_property
    def _of_columns(self) -> Codes:
        """The place among the pair's stimuli of each of the first system's, then of each of the second's."""
        n_first = len(self.first.stimuli)
        of_second = np.full(len(self.second.stimuli), -1)
        of_second[self._shared[1]] = self._shared[0]
        of_second[of_second < 0] = np.arange(n_first, self.n_stimuli)
        return np.concatenate([np.arange(n_first), of_second])

    @cached_property
    def _same_cells(self) -> tuple[Codes, Codes]:
        """Which cells of the first and of the second system are of the same listener and stimulus."""
        keys, kept = [], []
        for system, shared in zip((self.first, self.second), self._shared, strict=True):
            # The stimuli that both have, counted from 1.
            order = np.zeros(len(system.stimuli), dtype=np.intp)
            order[shared] = np.arange(1, len(shared) + 1)
            own = np.flatnonzero(order[system.place])
            kept.append(own)
            keys.append(system.listener[own] * (len(shared) + 1) + order[system.place[own]])
        _, *same = np.intersect1d(keys[0], keys[1], assume_unique=True, return_indices=True)
        return kept[0][same[0]], kept[1][same[1]]

    @property
    def _shared_cells(self) -> tuple[Floats, Floats]:
        return self.first.cells[self._same_cells[0]], self.second.cells[self._same_cells[1]]

    @property
    def _stimuli_of_both(self) -> tuple[Floats, Floats]:
        return self.first.by_stimulus[self._shared[0], GIVEN], self.second.by_stimulus[self._shared[1], GIVEN]

    @property
    def _n_cells(self) -> int:
        return len(self.first.cells) + len(self.second.cells) - len(self._same_cells[0])

    @cached_property
    def _gains_of_stimuli(self) -> Floats:
        """What swapping a stimulus adds to the first system's totals, and as `crossed_by_listener` [10, S]."""
        gains = np.zeros((10, self.n_stimuli))
        own, others = np.split(self._of_columns, [len(self.first.stimuli)])
        gains[:8, own] -= self.first.by_stimulus.T
        gains[:8, others] += self.second.by_stimulus.T
        gains[8, self._shared[0]] = crossed(*self._stimuli_of_both)
        gains[9] = np.bincount(self.first.place[self._same_cells[0]], crossed(*self._shared_cells), self.n_stimuli)
        return gains

    @cached_property
    def _moves(self) -> Any:
        """What swapping a stimulus of either system adds to the first system's `RatedSystem.moves` [2 L, S1 + S2]."""
        return sparse.hstack([-self.first.moves, self.second.moves])

    @cached_property
    def _by_listener(self) -> Floats:
        """The listeners' sums under either system, then their numbers of ratings [L, 4]."""
        return np.stack([self.first.by_listener, self.second.by_listener], axis=2)[:, GIVEN].reshape(-1, 4)

    @cached_property
    def _entries_of_listeners(self) -> Floats:
        own, others = self.first, self.second
        totals = (own.total_by_listener[SQUARES], others.total_by_listener[SQUARES])
        return entries_of(*totals, own.by_listener[:, GIVEN], others.by_listener[:, GIVEN])

    @cached_property
    def _entries_of_stimuli(self) -> Floats:
        own = (self.first.total_by_stimulus[SQUARES], self.second.total_by_stimulus[SQUARES])
        return entries_of(*own, *self._stimuli_of_both)

    @cached_property
    def _entries_of_cells(self) -> Floats:
        return entries_of(
            self.first.total_by_listener[CELL_SQUARES], self.second.total_by_listener[CELL_SQUARES], *self._shared_cells
        )

    @cached_property
    def _products(self) -> Floats:
        """The columns of both tables times each other."""
        across = self.first.products_with(self.second)
        return np.block([[self.first.products, across], [across.T, self.second.products]])


def _factors(swaps: Floats, stays: Floats, moves: Floats) -> Floats:
    """Return the weights of each stimulus' sum, then of its number of ratings, by whether it is swapped [2 S, B]."""
    return np.asarray(stays[:, None] + (moves - stays)[:, None] * swaps).reshape(2 * len(swaps), -1)
