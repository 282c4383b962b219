"""The two-way bootstrap: listeners and stimuli are drawn again, each by itself, and the means follow from the counts.

A resample that draws listener l W_l times and stimulus s V_s times holds the rating of l to s W_l V_s times, so no
rating is ever copied: the means of thousands of resamples are a few matrix products.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.engine.packed_table import WHOLE_IN_SINGLE, PackedTable

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

RESAMPLES = 10_000
# What fits a processor's cache: larger chunks are no faster.
CHUNK = 250
# Tables with more places for ratings are kept sparse: they would not fit the memory twice.
DENSE_PLACES = 20_000_000


@dataclass(frozen=True, kw_only=True)
class StimuliInCells:
    """The stimuli of each cell (say, a system) side by side; `of_cell` is the place of each one's cell [S]."""

    stimuli: pd.Index
    cells: pd.Index
    of_cell: npt.NDArray[np.intp]

    @property
    def starts(self) -> npt.NDArray[np.intp]:
        """The first stimulus of each cell [K]."""
        return np.searchsorted(self.of_cell, np.arange(len(self.cells)))


@dataclass(frozen=True, kw_only=True)
class RatingTable(StimuliInCells):
    """Ratings summed by listener and stimulus: `sums` and `counts` are [L, S], dense or sparse."""

    listeners: pd.Index
    sums: Any
    counts: Any

    @cached_property
    def packed(self) -> PackedTable | None:
        """Both in one table, if they are dense and of single precision."""
        is_dense = isinstance(self.sums, np.ndarray)
        return PackedTable.of(self.sums, self.counts) if is_dense and self.sums.dtype == np.float32 else None


@dataclass(frozen=True)
class Draws:
    """How often each resample drew each listener [B, L] and each stimulus [B, S]."""

    listeners: Floats
    stimuli: Floats


def rating_table(scores: Floats, listeners: pd.Series, stimuli: pd.Series, cells: pd.Series) -> RatingTable:
    """Sum scores [N] by listener and stimulus. A stimulus belongs to one cell.

    Listeners are ordered by what they answered, so that their pseudonyms decide no draw.
    """
    listener_codes, names = ranked_by_answers(scores, listeners, stimuli)
    stimulus_codes, grouped = _in_cells(stimuli, cells)
    shape = (len(names), len(grouped.stimuli))
    cell, places = pd.factorize(listener_codes * shape[1] + stimulus_codes)
    sums, counts = np.bincount(cell, scores), np.bincount(cell).astype(np.float64)
    is_whole = bool((sums == np.round(sums)).all())
    largest = max(np.abs(sums).max(), counts.max()) * len(names)
    kind = np.float32 if is_whole and largest < WHOLE_IN_SINGLE else np.float64
    return RatingTable(
        **vars(grouped),
        listeners=names,
        sums=_table(sums.astype(kind), places, shape),
        counts=_table(counts.astype(kind), places, shape),
    )


def _in_cells(stimuli: pd.Series, cells: pd.Series) -> tuple[Codes, StimuliInCells]:
    """Return the place of each rating's stimulus [N] among the stimuli of the cells, and these."""
    numbers, names = pd.factorize(stimuli, sort=True)
    cell_codes, cell_names = pd.factorize(cells, sort=True)
    codes, ordered = pd.factorize(cell_codes * len(names) + numbers, sort=True)
    of_cell, number = np.divmod(ordered, len(names))
    return codes, StimuliInCells(stimuli=names[number], cells=pd.Index(cell_names), of_cell=of_cell)


def _table(values: npt.NDArray[Any], places: Codes, shape: tuple[int, int]) -> Any:
    """Return a table [L, S] with values at these places, row after row: sparse where it has many more than these."""
    if math.prod(shape) > DENSE_PLACES:
        return sparse.coo_array((values, np.divmod(places, shape[1])), shape=shape).tocsr()
    table = np.zeros(shape, values.dtype)
    table.ravel()[places] = values
    return table


def ranked_by_answers(
    scores: Floats, listeners: pd.Series, stimuli: pd.Series
) -> tuple[npt.NDArray[np.intp], pd.Index]:
    """Return each rating's listener as a number [N], and the listeners in that order [L]."""
    # The rank of a score says as much as the score, and stays when all scores are raised.
    ranks, points = pd.factorize(scores, sort=True)
    stimulus_codes, stimulus_names = pd.factorize(stimuli)
    answers, distinct = pd.factorize(stimulus_codes * len(points) + ranks)
    number, rank = np.divmod(distinct, len(points))
    named = pd.DataFrame({"stimulus": stimulus_names.astype(str)[number], "rank": rank})
    hashes = pd.util.hash_pandas_object(named, index=False).to_numpy()
    codes, by_name = pd.factorize(listeners, sort=True)
    all_answers = np.zeros(len(by_name), dtype=hashes.dtype)
    np.add.at(all_answers, codes, hashes[answers])
    # Listeners with the same answers are interchangeable: whichever name comes first may tell them apart.
    order = np.argsort(all_answers, kind="stable")
    return np.argsort(order)[codes], pd.Index(by_name)[order]


def draw(table: RatingTable, resamples: int, generator: np.random.Generator) -> Draws:
    """Draw as many listeners as there are, and of each cell as many stimuli as it has, with replacement."""
    n_listeners, n_stimuli = table.sums.shape
    listeners = generator.integers(0, n_listeners, (resamples, n_listeners))
    return Draws(_counts(listeners, n_listeners), _stimuli_at(table, generator.random((resamples, n_stimuli))))


def _stimuli_at(grouped: StimuliInCells, places: Floats) -> Floats:
    """Return how often each stimulus is drawn by places in the cells of the stimuli, from 0 to 1 [B, S]."""
    sizes = np.bincount(grouped.of_cell)[grouped.of_cell]
    within = (places * sizes).astype(np.intp)
    return _counts(within + grouped.starts[grouped.of_cell], len(grouped.of_cell))


def _counts(drawn: npt.NDArray[np.intp], levels: int, kind: npt.DTypeLike = np.float64) -> npt.NDArray[Any]:
    """Return how often each resample drew each level [B, levels]."""
    return np.array([np.bincount(of_resample, minlength=levels) for of_resample in drawn], dtype=kind)


def resampled_means(table: RatingTable, draws: Draws) -> Floats:
    """Return the mean of each cell in each resample [B, K]; NaN where a resample drew no rating of a cell."""
    return _means(table, draws.stimuli, *_heard(table, draws.listeners))


def _heard(table: RatingTable, listeners: Floats) -> tuple[Floats, Floats]:
    """Return the sums and counts of the listeners drawn [B, L] at each stimulus [B, S]."""
    drawn = listeners.astype(table.sums.dtype, copy=False)
    if table.packed and table.packed.holds(drawn):
        return table.packed.products(drawn)
    return drawn @ table.sums, drawn @ table.counts


def _means(grouped: StimuliInCells, stimuli: Floats, sums: Floats, counts: Floats) -> Floats:
    total = np.add.reduceat(stimuli * sums, grouped.starts, axis=1)
    count = np.add.reduceat(stimuli * counts, grouped.starts, axis=1)
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def two_way_bootstrap(table: RatingTable, generator: np.random.Generator, resamples: int = RESAMPLES) -> Floats:
    """Return the mean of each cell in each of `resamples` resamples of listeners and of stimuli within cells [B, K].

    Source: Owen 2007, "The pigeonhole bootstrap", AOAS 1(2): its variance is conservative where the residual
    dominates. A cell with a single stimulus always draws it, so nothing is said of other stimuli.
    """
    return np.vstack([resampled_means(table, draw(table, size, generator)) for size in _chunks(resamples)])


def two_way_bootstraps(
    ratings: tuple[Floats, pd.Series, pd.Series], groupings: Sequence[pd.Series], seed: int, resamples: int = RESAMPLES
) -> list[Floats]:
    """Return the `two_way_bootstrap` of scores, listeners and stimuli for each grouping of the stimuli into cells.

    Each is drawn as if alone, with a generator of this seed. The same seed draws the same listeners, so what they gave
    each stimulus is summed once for all groupings.
    """
    grouped = [_in_cells(ratings[2], cells)[1] for cells in groupings]
    tables = (rating_table(*ratings, cells) for cells in groupings)
    if not all(each.stimuli.is_unique for each in grouped):
        # A clip in two cells is two stimuli: then the groupings draw differently.
        return [two_way_bootstrap(table, np.random.default_rng(seed), resamples) for table in tables]
    table, generator = next(tables), np.random.default_rng(seed)
    n_listeners, n_stimuli = table.sums.shape
    orders = [table.stimuli.get_indexer(each.stimuli) for each in grouped]
    means: list[list[Floats]] = [[] for _ in groupings]
    for size in _chunks(resamples):
        drawn = generator.integers(0, n_listeners, (size, n_listeners))
        listeners = _counts(drawn, n_listeners, table.sums.dtype)
        places, heard = generator.random((size, n_stimuli)), _heard(table, listeners)
        for each, order, of_grouping in zip(grouped, orders, means, strict=True):
            of_grouping.append(_means(each, _stimuli_at(each, places), *(part[:, order] for part in heard)))
    return [np.vstack(of_grouping) for of_grouping in means]


def _chunks(resamples: int) -> Iterator[int]:
    for start in range(0, resamples, CHUNK):
        yield min(CHUNK, resamples - start)


def percentile_interval(resampled: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Return both ends of the percentile interval of each column of resampled estimates [B, K], NaN left out."""
    low, high = np.full((2, resampled.shape[1]), np.nan)
    is_known = ~np.isnan(resampled).all(axis=0)
    if is_known.any():
        ends = [(1 - confidence) / 2, (1 + confidence) / 2]
        low[is_known], high[is_known] = np.nanquantile(resampled[:, is_known], ends, axis=0)
    return low, high


def ends_around(estimate: float, resampled: Floats, confidence: float) -> dict[str, float]:
    """Return `low` and `high` of the percentile interval of one resampled estimate [B], never to one side of it."""
    low, high = percentile_interval(resampled[:, None], confidence)
    # Skewed resamples of few clusters can leave the estimate outside.
    return {"low": min(float(low[0]), estimate), "high": max(float(high[0]), estimate)}
