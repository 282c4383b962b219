"""The ratings of one system, summed by listener, by stimulus, and by both at once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

# Of the eight numbers of a listener or a stimulus: what was given, its squares, and those of the cells it is made of.
GIVEN, SQUARES, CELL_SQUARES = slice(2), slice(2, 5), slice(5, 8)


@dataclass(frozen=True)
class RatedSystem:
    """The ratings of one system in cells: all that a listener said of a stimulus.

    `cells` [U, 2]: the sum of scores and the number of ratings; `listener` and `place` say whose, and of which of
    `stimuli` [U]. `stimuli` are their numbers in the study, in order [S].
    """

    cells: Floats
    listener: Codes
    place: Codes
    stimuli: Codes
    n_listeners: int

    @cached_property
    def by_listener(self) -> Floats:
        """The `_sums_and_squares` of the study's listeners [L, 8]."""
        return _sums_and_squares(self.cells, self.listener, self.n_listeners)

    @cached_property
    def by_stimulus(self) -> Floats:
        """The `_sums_and_squares` of the stimuli [S, 8]."""
        return _sums_and_squares(self.cells, self.place, len(self.stimuli))

    @cached_property
    def total_by_listener(self) -> Floats:
        return np.asarray(self.by_listener.sum(axis=0))

    @cached_property
    def total_by_stimulus(self) -> Floats:
        return np.asarray(self.by_stimulus.sum(axis=0))

    @cached_property
    def table(self) -> Any:
        """Each listener's sums of the stimuli, then the numbers of ratings [L, 2 S], sparse."""
        n_stimuli = len(self.stimuli)
        places = (np.tile(self.listener, 2), np.concatenate([self.place, self.place + n_stimuli]))
        table = sparse.csr_array((self.cells.T.ravel(), places), shape=(self.n_listeners, 2 * n_stimuli))
        table.eliminate_zeros()
        return table

    @cached_property
    def moves(self) -> Any:
        """What listeners gave each stimulus: first the sums of scores, then the numbers of ratings [2 L, S], sparse."""
        n_stimuli = len(self.stimuli)
        return sparse.vstack([self.table[:, :n_stimuli], self.table[:, n_stimuli:]], format="csc")

    @cached_property
    def products(self) -> Floats:
        """The columns of the table times each other [2 S, 2 S]."""
        return self.products_with(self)

    @cached_property
    def _columns(self) -> Any:
        return self.table.T.tocsr()

    def products_with(self, other: "RatedSystem") -> Floats:
        """Return the columns of the table times those of another system's [2 S, 2 S']."""
        return np.asarray((self._columns @ other.table).toarray())


def rated_systems(scores: Floats, systems: Codes, listeners: Codes, stimuli: Codes) -> list[RatedSystem]:
    """Return each system with the sums of its ratings, from scores [N] and codes [N] from 0."""
    n_listeners, n_stimuli = int(listeners.max()) + 1, int(stimuli.max()) + 1
    column, columns = pd.factorize(systems * n_stimuli + stimuli, sort=True)
    cell, cells = pd.factorize(column * n_listeners + listeners, sort=True)
    sums = np.column_stack([np.bincount(cell, scores), np.bincount(cell)]).astype(np.float64)
    column_of_cell, listener = np.divmod(cells, n_listeners)
    system, stimulus = np.divmod(columns, n_stimuli)
    # Columns are in the order of their systems, and cells in that of their columns.
    first_columns = np.searchsorted(system, np.arange(int(systems.max()) + 2))
    first_cells = np.searchsorted(column_of_cell, first_columns)
    rated = []
    for place in range(len(first_columns) - 1):
        own, own_columns = (slice(*first[place : place + 2]) for first in (first_cells, first_columns))
        places = column_of_cell[own] - own_columns.start
        rated.append(RatedSystem(sums[own], listener[own], places, stimulus[own_columns], n_listeners))
    return rated


def _summed(values: Floats, clusters: Codes, n_clusters: int) -> Floats:
    """Return the sums of each column over the clusters [U, C] -> [G, C]."""
    return np.column_stack([np.bincount(clusters, column, n_clusters) for column in values.T])


def _sums_and_squares(cells: Floats, clusters: Codes, n_clusters: int) -> Floats:
    """Return the clusters' sums and numbers of ratings, their squares, and the sums of their cells' squares [G, 8]."""
    sums = _summed(cells, clusters, n_clusters)
    return np.column_stack([sums, _squares(sums), _summed(_squares(cells), clusters, n_clusters)])


def _squares(sums: Floats) -> Floats:
    """Return the squares of sums, sums times numbers, and the squares of numbers [G, 2] -> [G, 3]."""
    return np.column_stack([sums[:, 0] ** 2, sums[:, 0] * sums[:, 1], sums[:, 1] ** 2])
