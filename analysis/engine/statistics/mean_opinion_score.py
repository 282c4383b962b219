"""Mean opinion scores by system, by item, and by system and item."""

from collections.abc import Sequence

import pandas as pd

from analysis.engine.mean_scores import mean_scores
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("acr", "acr_clarity")


def mean_opinion_score(ratings: pd.DataFrame, by: Sequence[str], confidence: float = 0.95) -> pd.DataFrame:
    """Return the mean score of each cell of `by` (say ["system"]) with its intervals, best first.

    The estimate is the plain mean of a cell's scores (ITU-T P.800.1); the columns are those of `mean_scores`.
    Raises NoRatings, or RatingsFrameIsWrong if the scores stand on different scales.
    """
    return mean_scores(counted_ratings(ratings, METHODS), by, confidence)


def answer_distribution(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return how often each system got each point of the scale: system, score, count, share. Raises NoRatings."""
    scored = counted_ratings(ratings, METHODS)
    counts = scored.groupby(["system", "score"]).size().rename("count")
    points = sorted(scored["score"].unique())
    every = pd.MultiIndex.from_product([sorted(scored["system"].unique()), points], names=["system", "score"])
    table = counts.reindex(every, fill_value=0).reset_index()
    return table.assign(share=table["count"] / table.groupby("system")["count"].transform("sum"))


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    return {
        "by_system": mean_opinion_score(ratings, ["system"], confidence),
        "by_item": mean_opinion_score(ratings, ["item"], confidence),
        "distribution": answer_distribution(ratings),
        "by_system_and_item": mean_opinion_score(ratings, ["system", "item"], confidence),
    }


MEAN_OPINION_SCORE = Statistic(
    slug="mean_opinion_score",
    title="Mean opinion score",
    unit="a rating; listeners and clips are both taken as samples of more",
    tables=_tables,
)
