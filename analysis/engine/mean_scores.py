"""Means of scores with their intervals, cell by cell: what every method with a scale begins with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.engine.intervals import independent_interval, two_way_interval

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


@dataclass(frozen=True)
class RatedCell:
    """The ratings of a cell: what it is named by, and scores, numbers of listeners and numbers of stimuli [n]."""

    names: Mapping[str, Any]
    scores: Floats
    listeners: Codes
    stimuli: Codes


def numbered(counted: pd.DataFrame) -> pd.DataFrame:
    """Return ratings with numbers for listeners and clips, in the order of their names: they group as these do, faster.

    For whoever looks at many groups of ratings, and shows no names.
    """
    return counted.assign(**{name: pd.factorize(counted[name], sort=True)[0] for name in ("listener", "clip_key")})


def rated_cells(scored: pd.DataFrame, by: Sequence[str]) -> list[RatedCell]:
    """Return the cells of `by`, in the order of their names, from counted ratings that are `numbered`."""
    grouped = scored.groupby(list(by), sort=True)
    sizes, order = grouped.size(), np.argsort(grouped.ngroup().to_numpy(), kind="stable")
    names = sizes.index.to_frame()[list(by)].to_dict("records")
    columns = [
        np.split(scored[name].to_numpy()[order], np.cumsum(sizes)[:-1]) for name in ("score", "listener", "clip_key")
    ]
    return [RatedCell(*cell) for cell in zip(names, *columns, strict=True)]


def mean_scores(scored: pd.DataFrame, by: Sequence[str], confidence: float) -> pd.DataFrame:
    """Return the mean score of each cell of `by` (say ["system"]) with its intervals, best first.

    `scored` are counted ratings of one method. `low` and `high` hold for other listeners and other stimuli
    (`intervals.two_way_interval`); `independent_low` and `independent_high` are what others report.
    """
    return mean_scores_of(rated_cells(numbered(scored), by), confidence)


def mean_scores_of(cells: Sequence[RatedCell], confidence: float) -> pd.DataFrame:
    """Return the `mean_scores` of these cells."""
    rows = pd.DataFrame([_row(cell, confidence) for cell in cells])
    return rows.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)


def _row(cell: RatedCell, confidence: float) -> dict[str, Any]:
    interval = two_way_interval(cell.scores, cell.listeners, cell.stimuli, confidence)
    independent = independent_interval(cell.scores, confidence)
    return {
        **cell.names,
        "estimate": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "standard_error": interval.standard_error,
        "n": len(cell.scores),
        "n_listeners": len(pd.unique(cell.listeners)),
        "n_stimuli": len(pd.unique(cell.stimuli)),
        "independent_low": independent.low,
        "independent_high": independent.high,
        "method": interval.method,
        "note": interval.note,
    }
