"""How much more often a system is the best than the worst of those beside it, from -1 to 1 (Louviere et al. 2015)."""

import pandas as pd

from analysis.engine.mean_scores import mean_scores
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("best_worst",)


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    scored = counted_ratings(ratings, METHODS)
    return {
        "by_system": mean_scores(scored, ["system"], confidence),
        "by_item": mean_scores(scored, ["item"], confidence),
    }


BEST_WORST_SCORE = Statistic(
    slug="best_worst_score",
    title="Best–worst score",
    unit="a rating; listeners and clips are both taken as samples of more",
    tables=_tables,
)
