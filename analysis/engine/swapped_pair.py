"""The difference of two systems' means over its error, when the systems change places for some listeners or stimuli."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Labels = npt.NDArray[np.bool_]

# A variance below this is none.
NO_VARIANCE = 1e-18
# A sum of squares below this share of its terms is rounding.
ROUNDING = 1e-12
# From so many listeners to a stimulus sums by listener take longer than their products.
FEW_LISTENERS = 8
# The entries of a symmetric 4 × 4 matrix; swapping the systems is [0, 1, 2, 3] -> [1, 0, 3, 2].
ENTRIES = ((0, 0), (1, 1), (0, 1), (0, 2), (1, 3), (0, 3), (1, 2), (2, 2), (3, 3), (2, 3))
# A swap adds to an entry what another has more, and takes as much from that: four numbers make all the changes.
GAINING, GAINED = [0, 3, 5, 7], [1, 4, 6, 8]
CHANGES = np.zeros((4, len(ENTRIES)))
CHANGES[range(4), GAINING], CHANGES[range(4), GAINED] = 1.0, -1.0
TIMES = np.array([1.0 if first == second else 2.0 for first, second in ENTRIES])


@dataclass(frozen=True)
class Means:
    """The difference of both systems' means in each relabelling [B], and what makes a unit's part of it.

    `weights` [B, 4] of a unit's two sums and two counts: its part in the difference, less what it were if average.
    """

    difference: Floats
    weights: Floats
    is_empty: Labels

    @classmethod
    def of(cls, moved: Floats, clusters: Floats) -> "Means":
        """Return the means of clusters [G, 4] when swaps add so much to the first system's sum and count [B, 2]."""
        both = clusters.sum(axis=0).reshape(2, 2).sum(axis=1)
        sums, counts = (clusters[:, [0, 2]].sum(axis=0) + moved).T
        n_first, n_second = np.maximum(counts, 1), np.maximum(both[1] - counts, 1)
        first, second = sums / n_first, (both[0] - sums) / n_second
        weights = np.column_stack([1 / n_first, -1 / n_second, -first / n_first, second / n_second])
        return cls(first - second, weights, (counts < 0.5) | (counts > both[1] - 0.5))


@dataclass(frozen=True)
class SwappedPair:
    """The ratings of two systems as units: all that a listener said of a stimulus.

    `units` [U, 4]: the sum of scores under the first and the second system, then the number of ratings under each.
    `listener` and `stimulus` number both [U]; `listeners` are the study's numbers of the pair's listeners.
    """

    units: Floats
    listener: Codes
    stimulus: Codes
    listeners: Codes

    @property
    def n_stimuli(self) -> int:
        return int(self.stimulus.max()) + 1

    @property
    def n_of_first(self) -> int:
        return int((self.by_stimulus[:, 2] > 0).sum())

    @property
    def n_shared(self) -> int:
        return int((self.by_stimulus[:, 2:] > 0).all(axis=1).sum())

    @cached_property
    def by_listener(self) -> Floats:
        """The units' numbers summed by listener [L, 4]."""
        return _summed(self.units, self.listener)

    @cached_property
    def by_stimulus(self) -> Floats:
        """The units' numbers summed by stimulus [S, 4]."""
        return _summed(self.units, self.stimulus)

    @cached_property
    def _gains_of_stimuli(self) -> Floats:
        return _gains_of(self.by_stimulus, self.units, self.stimulus)

    @cached_property
    def _moves(self) -> Floats:
        """What swapping a stimulus adds to the first system's sum and count of each listener [2, L, S]."""
        moves = np.zeros((2, len(self.listeners), self.n_stimuli))
        moves[:, self.listener, self.stimulus] = (self.units[:, [1, 3]] - self.units[:, [0, 2]]).T
        return moves

    @cached_property
    def _products_of_listeners(self) -> Floats:
        """The listeners' moves of sums, moves of counts, and numbers, each times each [2 S + 4, 2 S + 4]."""
        rows = np.hstack([*self._moves, self.by_listener])
        return np.asarray(rows.T @ rows)

    def stimuli_swapped(self, swaps: Floats) -> Floats:
        """Return the statistic of each relabelling in which the systems change places in some stimuli [B, S] -> [B]."""
        means, of_stimuli, of_units = _moved(swaps, self.by_stimulus, self._gains_of_stimuli)
        return self._studentised(
            means,
            by_stimulus=_squares(of_stimuli, means.weights, self.by_stimulus),
            by_listener=self._squares_by_listener(swaps, means.weights),
            by_both=_squares(of_units, means.weights, self.units),
        )

    def listeners_swapped(self, swaps: Floats, columns: Codes, moved: tuple[Floats, Floats]) -> Floats:
        """Return the same for listeners, whose swaps stand in these columns [L] of many [B, M] -> [B].

        `moved` is what the first system's sums and counts of each stimulus gain [S, B].
        """
        # Zeros for those of the many who are no listeners of this pair: cheaper than a copy of the others.
        by_listener = np.zeros((swaps.shape[1], 4))
        by_listener[columns] = self.by_listener
        gains = _gains_of(by_listener, self.units, columns[self.listener])
        means, of_listeners, of_units = _moved(swaps, by_listener, gains)
        return self._studentised(
            means,
            by_stimulus=_squares_across(means.weights, self.by_stimulus, *moved),
            by_listener=_squares(of_listeners, means.weights, by_listener),
            by_both=_squares(of_units, means.weights, self.units),
        )

    def _studentised(self, means: "Means", by_stimulus: Floats, by_listener: Floats, by_both: Floats) -> Floats:
        """Return |difference of means| over its two-way cluster-robust error [B], NaN where there is none."""
        stimulus, listener, both = (
            squares * n_clusters / max(n_clusters - 1, 1)
            for squares, n_clusters in (
                (by_stimulus, self.n_stimuli), (by_listener, len(self.listeners)), (by_both, len(self.units)),
            )
        )  # fmt: skip
        two_way = listener + stimulus - both
        variance = np.where(two_way > 0, two_way, np.maximum(listener, stimulus))
        is_known = (variance > NO_VARIANCE) & ~means.is_empty
        return np.asarray(np.abs(means.difference) / np.sqrt(np.where(is_known, variance, np.nan)))

    def _squares_by_listener(self, swaps: Floats, weights: Floats) -> Floats:
        """Return the sum over listeners of (weights · listener)² when stimuli are swapped [B, S] -> [B]."""
        if len(self.listeners) < FEW_LISTENERS * self.n_stimuli:
            return _squares_across(weights, self.by_listener, *(moves @ swaps.T for moves in self._moves))
        # With many more listeners than stimuli their products by stimulus are less than their sums.
        gains = [(weights[:, [number]] - weights[:, [number + 1]]) * swaps for number in (0, 2)]
        factors = np.hstack([*gains, weights])
        return _unless_rounding((factors @ self._products_of_listeners) * factors)


def _gains_of(clusters: Floats, units: Floats, of_unit: Codes) -> Floats:
    """Return what swapping each of clusters [G, 4] adds: to sum and count, to its products, to its units' [G, 10]."""
    n_clusters = len(clusters)
    of_clusters = _gains(clusters, np.arange(n_clusters), n_clusters)
    differences = clusters[:, [1, 3]] - clusters[:, [0, 2]]
    return np.hstack([differences, of_clusters, _gains(units, of_unit, n_clusters)])


def _moved(swaps: Floats, clusters: Floats, gains: Floats) -> tuple[Means, Floats, Floats]:
    """Return the means, and how far products of clusters [G, 4] and of units change, for swaps [B, G] of such gains.

    One product for all three: what takes time is to read the swaps.
    """
    moved = swaps @ gains
    return Means.of(moved[:, :2], clusters), moved[:, 2:6], moved[:, 6:]


def _summed(units: Floats, clusters: Codes, n_clusters: int = 0) -> Floats:
    """Return the sums of each column over the clusters [U, C] -> [G, C]; at least so many clusters."""
    return np.column_stack([np.bincount(clusters, column, n_clusters) for column in units.T])


def _squares(moved: Floats, weights: Floats, units: Floats) -> Floats:
    """Return the sum over units [U, 4] of (weights · unit)² for each relabelling [B], with `moved` of their `_gains`.

    Squares of sums are quadratic in the weights [B, 4], and a swap exchanges entries of the matrix between them.
    """
    entries = np.array([float(units[:, first] @ units[:, second]) for first, second in ENTRIES])
    return _unless_rounding((entries + moved @ CHANGES) * _products(weights))


def _gains(units: Floats, clusters: Codes, n_clusters: int) -> Floats:
    """Return what swapping each cluster of the units [U, 4] changes in the sums of their products [G, 4]."""
    entries = np.column_stack([units[:, first] * units[:, second] for first, second in ENTRIES])
    return _summed(entries[:, GAINED] - entries[:, GAINING], clusters, n_clusters)


def _unless_rounding(terms: Floats) -> Floats:
    """Return the sums of terms [B, T] -> [B], zero where nothing but rounding is left of them."""
    sums = terms.sum(axis=1)
    return np.asarray(np.where(sums > ROUNDING * np.abs(terms).sum(axis=1), sums, 0.0))


def _products(weights: Floats) -> Floats:
    """Return what each of the ENTRIES is multiplied by, for weights [B, 4] on both sides [B, 10]."""
    return TIMES * np.column_stack([weights[:, first] * weights[:, second] for first, second in ENTRIES])


def _squares_across(weights: Floats, clusters: Floats, moved_sums: Floats, moved_counts: Floats) -> Floats:
    """Return the sum over clusters [G, 4] of (weights · cluster)² when the first system gains so much [G, B]."""
    first, second, n_first, n_second = weights.T
    parts = (first - second) * moved_sums + (n_first - n_second) * moved_counts + clusters @ weights.T
    return np.asarray(np.einsum("gb,gb->b", parts, parts))
