"""MUSHRA: scores by system, anchors and hidden reference among them, with and without post-screening."""

from typing import Any

import pandas as pd

from analysis.engine.mean_scores import mean_scores
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("mushra",)
# BS.1534-3: whoever gives the hidden reference less than 90 in more than 15 % of the trials is left out.
LEAST, SHARE = 90.0, 0.15


def hidden_reference(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return for each listener how often the hidden reference got less than 90, and whether that is too often.

    Source: ITU-R BS.1534-3, post-screening. Raises NoRatings.
    """
    scored = counted_ratings(ratings, METHODS)
    references = scored[scored["role"] == "hidden_reference"]
    rows = [_listener(str(name), group) for name, group in references.groupby("listener", sort=True)]
    return pd.DataFrame(rows, columns=["listener", "n", "count", "share_missed", "is_left_out"])


def _listener(name: str, group: pd.DataFrame) -> dict[str, Any]:
    missed = group["score"] < LEAST
    return {
        "listener": name,
        "n": len(group),
        "count": int(missed.sum()),
        "share_missed": float(missed.mean()),
        "is_left_out": bool(missed.mean() > SHARE),
    }


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    scored, screened = counted_ratings(ratings, METHODS), hidden_reference(ratings)
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
