"""Sums and counts in one table of whole numbers, so that one product in single precision gives both."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

# Whole numbers up to this are exact in single precision, and so are their sums in any order.
WHOLE_IN_SINGLE = 2**24


@dataclass(frozen=True)
class PackedTable:
    """Whole sums and counts [L, S] as count · `base` + (sum - `centre` · count), base and centre of each column [S].

    By the inequality of Cauchy and Schwarz, weights of listeners no longer than `longest` (the root of the sum of their
    squares) give no column more than `longest` times the column's own length, and no part of the sum is more either.
    The bases keep what they give of both apart, and all of it below the largest exact number.
    """

    packed: Singles
    base: Floats
    centre: Floats
    longest: float

    @classmethod
    def of(cls, sums: Singles, counts: Singles) -> "PackedTable":
        """Pack sums and counts [L, S], all of them whole numbers."""
        totals = (table.sum(axis=0, dtype=np.float64) for table in (sums, counts))
        centre = np.round(np.divide(*totals))
        rests = sums - centre.astype(np.float32) * counts
        of_counts, of_rests = (_lengths_of_columns(table) for table in (counts, rests))
        # The length at which counts · base + rests, with 2 · rests + 1 for a base, are the largest exact number.
        linear, square, constant = of_counts + of_rests, 2.0 * of_counts * of_rests, WHOLE_IN_SINGLE - 1
        longest = float((2 * constant / (linear + np.sqrt(linear**2 + 4 * square * constant))).min())
        base = 2 * np.floor(longest * of_rests) + 1
        return cls(base.astype(np.float32) * counts + rests, base, centre, longest)

    def holds(self, weights: Singles) -> bool:
        """Say if `products` with weights of listeners [B, L] are exact."""
        return bool(np.einsum("bl,bl->b", weights, weights).max() <= self.longest**2)

    def products(self, weights: Singles) -> tuple[Floats, Floats]:
        """Return weights [B, L] times the sums and times the counts [B, S]."""
        both = (weights @ self.packed).astype(np.float64)
        counts = np.round(both / self.base)
        return both + (self.centre - self.base) * counts, counts


def _lengths_of_columns(table: Singles) -> Floats:
    return np.asarray(np.sqrt(np.einsum("ls,ls->s", table, table, dtype=np.float64)))
