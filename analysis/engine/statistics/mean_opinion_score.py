"""Mean opinion scores by system, by item, and by system and item."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.engine.bootstrap import RESAMPLES, percentile_interval, two_way_bootstraps
from analysis.engine.intervals import crowdmos_interval
from analysis.engine.mean_scores import RatedCell, mean_scores_of, numbered, rated_cells
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistic import Statistic, Tables

Floats = npt.NDArray[np.float64]

METHODS = ("acr", "acr_clarity")
# Of the bootstrap: the same ratings give the same interval.
SEED = 20260105


def mean_opinion_score(ratings: pd.DataFrame, by: Sequence[str], confidence: float = 0.95) -> pd.DataFrame:
    """Return the mean score of each cell of `by` (say ["system"]) with its intervals, best first.

    The estimate is the plain mean of a cell's scores (ITU-T P.800.1); the columns are those of `mean_scores`, and
    beside them the percentile interval of the two-way bootstrap (`bootstrap_low`, `bootstrap_high`) and crowdMOS's
    (`crowdmos_low`, `crowdmos_high`), missing where there is one listener or one clip. Raises NoRatings, or
    RatingsFrameIsWrong if the scores stand on different scales.
    """
    return _mean_opinion_scores(counted_ratings(ratings, METHODS), [by], confidence)[0]


def _mean_opinion_scores(
    scored: pd.DataFrame, groupings: Sequence[Sequence[str]], confidence: float
) -> list[pd.DataFrame]:
    """Return the `mean_opinion_score` of counted ratings by each grouping."""
    cells = [scored.groupby(list(by), sort=True).ngroup() for by in groupings]
    resamples = two_way_bootstraps((scored["score"].to_numpy(), scored["listener"], scored["clip_key"]), cells, SEED)
    tables, named = [], numbered(scored)
    for by, resampled in zip(groupings, resamples, strict=True):
        rated = rated_cells(named, by)
        further = _further_intervals(rated, resampled, confidence)
        table = mean_scores_of(rated, confidence).merge(further, on=list(by), validate="one_to_one")
        is_crossed = (table["n_listeners"] > 1) & (table["n_stimuli"] > 1)
        table.loc[~is_crossed, ["bootstrap_low", "bootstrap_high"]] = math.nan
        tables.append(table)
    return tables


def _further_intervals(cells: Sequence[RatedCell], resampled: Floats, confidence: float) -> pd.DataFrame:
    rows = []
    for cell, *ends in zip(cells, *percentile_interval(resampled, confidence), strict=True):
        crowd = crowdmos_interval(cell.scores, cell.listeners, cell.stimuli, confidence)
        rows.append(
            {
                **cell.names,
                **dict(zip(("bootstrap_low", "bootstrap_high"), ends, strict=True)),
                "crowdmos_low": crowd.low,
                "crowdmos_high": crowd.high,
            }
        )
    return pd.DataFrame(rows)


def answer_distribution(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return how often each system got each point of the scale: system, score, count, share. Raises NoRatings."""
    scored = counted_ratings(ratings, METHODS)
    counts = scored.groupby(["system", "score"]).size().rename("count")
    points = sorted(scored["score"].unique())
    every = pd.MultiIndex.from_product([sorted(scored["system"].unique()), points], names=["system", "score"])
    table = counts.reindex(every, fill_value=0).reset_index()
    return table.assign(share=table["count"] / table.groupby("system")["count"].transform("sum"))


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    groupings = {"by_system": ["system"], "by_item": ["item"], "by_system_and_item": ["system", "item"]}
    scored = counted_ratings(ratings, METHODS)
    tables = dict(zip(groupings, _mean_opinion_scores(scored, list(groupings.values()), confidence), strict=True))
    return {
        "by_system": tables["by_system"],
        "by_item": tables["by_item"],
        "distribution": answer_distribution(ratings),
        "by_system_and_item": tables["by_system_and_item"],
    }


MEAN_OPINION_SCORE = Statistic(
    slug="mean_opinion_score",
    title="Mean opinion score",
    unit="a rating; listeners and clips are both taken as samples of more",
    tables=_tables,
    drawn=f"{RESAMPLES:,} bootstrap resamples of listeners and clips, seed {SEED}",
)
