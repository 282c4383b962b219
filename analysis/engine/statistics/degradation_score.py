"""How far samples fall short of their reference: degradation mean opinion scores (ITU-T P.800, Annex D)."""

import pandas as pd

from analysis.engine.mean_scores import mean_scores
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("dcr",)


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    scored = counted_ratings(ratings, METHODS)
    return {
        "by_system": mean_scores(scored, ["system"], confidence),
        "by_item": mean_scores(scored, ["item"], confidence),
    }


DEGRADATION_SCORE = Statistic(
    slug="degradation_score",
    title="Degradation mean opinion score",
    unit="a rating; listeners and clips are both taken as samples of more",
    tables=_tables,
)
