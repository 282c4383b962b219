"""MUSHRA: scores by system, anchors and hidden reference among them, with and without post-screening."""

import pandas as pd

from analysis.engine.hidden_references import missed_references
from analysis.engine.mean_scores import mean_scores
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("mushra",)


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    scored = counted_ratings(ratings, METHODS)
    screened = missed_references(scored).reset_index()
    left_out = set(screened.loc[screened["is_left_out"], "listener"])
    kept = scored[~scored["listener"].isin(left_out)]
    tables = {"by_system": mean_scores(scored, ["system"], confidence), "hidden_reference": screened}
    if left_out and not kept.empty:
        tables["by_system_after_post_screening"] = mean_scores(kept, ["system"], confidence)
    return tables


MUSHRA_SCORE = Statistic(
    slug="mushra_score",
    title="MUSHRA score",
    unit="a rating; listeners and clips are both taken as samples of more",
    tables=_tables,
)
