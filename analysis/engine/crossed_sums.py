"""What a mixed model with two crossed factors needs of the ratings: sums over systems and levels, and weighted ones.

A level of the larger factor counts by a weight that depends on its number of ratings alone. So a study's levels fall
into few kinds (one, where every listener heard equally many), whose sums of products are made once: each further
weighting is a sum over the kinds.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
# scipy's sparse arrays have no common type that its stubs let one multiply.
Sparse = Any

# 256 MiB. Where products by number of ratings would take more, each weighting multiplies the sparse table anew.
MOST_PRODUCTS = 2**25
# Of the places of a table that are not empty: from here on multiplying the empty ones too is faster.
DENSE = 0.1
LEVELS_AT_ONCE = 1_024


@dataclass(frozen=True)
class CrossedSums:
    """All that the likelihood needs of the ratings: sums over the levels of both factors.

    T = [X, Z_kept] with K systems and L levels of the smaller factor, q = K + L; S levels of the larger factor.
    """

    n: int
    n_systems: int
    among_kept: Floats  # T'T [q, q]
    across: Sparse  # Z_larger' T [S, q]
    counts: Floats  # ratings of each level of the larger factor [S]
    kept_scores: Floats  # T'y [q]
    larger_scores: Floats  # Z_larger'y [S]
    squares: float  # y'y

    def weighted_products(self, weights: Floats) -> Floats:
        """Return T'Z_larger W Z_larger'T [q, q] of weights [S] that are equal where counts are equal."""
        if self._by_count is None:
            return _weighted_products(self.across, weights)
        return np.asarray(np.tensordot(weights[self._kinds[0]], self._by_count, axes=1))

    @cached_property
    def _kinds(self) -> tuple[Codes, Codes]:
        """The first level of each number of ratings that occurs [C], and the kind of each level [S]."""
        _, firsts, kinds = np.unique(self.counts, return_index=True, return_inverse=True)
        return firsts, kinds

    @cached_property
    def _by_count(self) -> Floats | None:
        """The products of the levels of each kind [C, q, q], or nothing if they would take too much memory."""
        firsts, kinds = self._kinds
        if len(firsts) * len(self.among_kept) ** 2 > MOST_PRODUCTS:
            return None
        products = np.empty((len(firsts), *self.among_kept.shape))
        for kind, product in enumerate(products):
            levels = self.across[kinds == kind]
            product[...] = _weighted_products(levels, np.ones(levels.shape[0]))
        return products


def _weighted_products(levels: Sparse, weights: Floats) -> Floats:
    """Return levels' W levels [q, q] of levels [S, q] and weights [S], none negative."""
    if levels.nnz < DENSE * levels.shape[0] * levels.shape[1]:
        return np.asarray((levels.T @ levels.multiply(weights[:, None])).toarray())
    products = np.zeros((levels.shape[1], levels.shape[1]))
    for start in range(0, len(weights), LEVELS_AT_ONCE):
        part = slice(start, start + LEVELS_AT_ONCE)
        rows = levels[part].toarray() * np.sqrt(weights[part, None])
        products += rows.T @ rows
    return products


def crossed_sums(scores: Floats, systems: Codes, smaller: Codes, larger: Codes) -> CrossedSums:
    """Return the sums of scores [N] over systems and two factors, all given as codes from 0 without gaps."""
    rows = np.arange(len(scores))
    n_systems = int(systems.max()) + 1
    columns = np.concatenate([systems, n_systems + smaller])
    width = n_systems + int(smaller.max()) + 1
    kept = sparse.csr_array((np.ones(2 * len(scores)), (np.tile(rows, 2), columns)), shape=(len(scores), width))
    levels = sparse.csr_array((np.ones(len(scores)), (larger, rows)))
    return CrossedSums(
        n=len(scores),
        n_systems=n_systems,
        among_kept=(kept.T @ kept).toarray(),
        across=levels @ kept,
        counts=np.bincount(larger).astype(np.float64),
        kept_scores=np.asarray(kept.T @ scores),
        larger_scores=np.asarray(levels @ scores),
        squares=float(scores @ scores),
    )
