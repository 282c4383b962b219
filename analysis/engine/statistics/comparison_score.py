"""How samples compare with a hidden reference: comparison mean opinion scores (ITU-T P.800, Annex E), 0 where equal."""

import pandas as pd

from analysis.engine.mean_scores import mean_scores
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("ccr",)


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    scored = counted_ratings(ratings, METHODS)
    return {
        "by_system": mean_scores(scored, ["system"], confidence),
        "by_item": mean_scores(scored, ["item"], confidence),
    }


COMPARISON_SCORE = Statistic(
    slug="comparison_score",
    title="Comparison mean opinion score",
    unit="a rating; listeners and clips are both taken as samples of more",
    tables=_tables,
)
