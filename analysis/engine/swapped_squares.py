"""Sums of squares over clusters of ratings, of which some have two systems change places, for many relabellings.

A cluster is four numbers: the sums of scores under the first and the second system, and the numbers of ratings. Its
part in the difference of means is linear in them, so sums of squares are quadratic in the weights, and sixteen products
summed over the clusters stand for all of them.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]

# A sum of squares below this share of its terms is rounding.
ROUNDING = 1e-12
# The entries of a symmetric 4 × 4 matrix, and where they stand when the systems change places.
ENTRIES = ((0, 0), (1, 1), (0, 1), (0, 2), (1, 3), (0, 3), (1, 2), (2, 2), (3, 3), (2, 3))
EXCHANGED = [1, 0, 2, 4, 3, 6, 5, 8, 7, 9]
FIRSTS, SECONDS = ([entry[place] for entry in ENTRIES] for place in (0, 1))
TIMES = np.array([[1.0 if first == second else 2.0] for first, second in ENTRIES])
# A swap adds to an entry what another has more, and takes as much from that: four numbers make all the changes.
GAINING, GAINED = [0, 3, 7, 5], [1, 4, 8, 6]
CHANGES = np.zeros((len(ENTRIES), 4))
CHANGES[GAINING, range(4)], CHANGES[GAINED, range(4)] = 1.0, -1.0


@dataclass(frozen=True)
class Means:
    """The difference of both systems' means in each relabelling [B], and what makes a cluster's part of it.

    `weights` [4, B] of a cluster's two sums and two counts: its part in the difference, less what it were if average.
    """

    difference: Floats
    weights: Floats
    is_empty: Labels

    @classmethod
    def of(cls, moved: Floats, own: Floats, other: Floats) -> "Means":
        """Return the means when swaps add so much [2, B] to the first system's own sum and count [2]."""
        (sums, counts), both = own[:, None] + moved, own + other
        n_first, n_second = np.maximum(counts, 1), np.maximum(both[1] - counts, 1)
        first, second = sums / n_first, (both[0] - sums) / n_second
        weights = np.stack([1 / n_first, -1 / n_second, -first / n_first, second / n_second])
        return cls(first - second, weights, (counts < 0.5) | (counts > both[1] - 0.5))

    def part(self, relabellings: slice) -> "Means":
        """Return the means of some of the relabellings."""
        return Means(self.difference[relabellings], self.weights[:, relabellings], self.is_empty[relabellings])

    @property
    def of_first(self) -> Floats:
        """The weights of a sum and a count under the first system [2, B]."""
        return self.weights[0::2]

    @property
    def of_second(self) -> Floats:
        return self.weights[1::2]

    @cached_property
    def products(self) -> Floats:
        """What each of the ENTRIES is multiplied by [10, B]."""
        return np.asarray(TIMES * self.weights[FIRSTS] * self.weights[SECONDS])


def entries_of(own: Floats, others: Floats, first: Floats, second: Floats) -> Floats:
    """Return the ENTRIES [10] of clusters from each system's squares [3], and the clusters that have both [G, 2]."""
    (sums, sum_count), (count_sum, counts) = first.T @ second
    return np.array([own[0], others[0], sums, own[1], others[1], sum_count, count_sum, own[2], others[2], counts])


def entries_of_parts(clusters: tuple[Floats, Floats, Floats, Floats]) -> Floats:
    """Return the ENTRIES of clusters whose four numbers differ between relabellings [G, B] -> [10, B]."""
    return np.stack([np.einsum("gb,gb->b", clusters[first], clusters[second]) for first, second in ENTRIES])


def crossed(first: Floats, second: Floats) -> Floats:
    """Return what swapping clusters [G, 2] adds to the first system's sums times the second's numbers [G]."""
    return np.asarray(second[:, 0] * first[:, 1] - first[:, 0] * second[:, 1])


def squares(entries: Floats, moved: Floats, moved_crossed: Floats, means: Means) -> Floats:
    """Return the sum over clusters of (weights · cluster)² for each relabelling [B], from the ENTRIES of none.

    Swaps add so much to the first system's squares [3, B] and to what is `crossed` [B].
    """
    changes = CHANGES @ np.vstack([moved, moved_crossed])
    return unless_rounding((entries[:, None] + changes) * means.products)


def parts(clusters: Floats, weights: Floats, change: Floats, moved: Floats) -> Floats:
    """Return weights [C, B] · cluster [G, C], where the weights of what moved [2, G, B] change [2, B] -> [G, B]."""
    return np.asarray(clusters @ weights + change[0] * moved[0] + change[1] * moved[1])


def unless_rounding(terms: Floats) -> Floats:
    """Return the sums of terms [T, B] -> [B], zero where nothing but rounding is left of them."""
    sums = terms.sum(axis=0)
    return np.asarray(np.where(sums > ROUNDING * np.abs(terms).sum(axis=0), sums, 0.0))
