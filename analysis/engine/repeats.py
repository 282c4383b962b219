"""Sounds that a listener answered more than once: the first answers alone, and repeats beside the first answer."""

import pandas as pd

from analysis.engine.exclusion import counted, on_five_points

SAME = ["session", "block", "stimulus"]
# Where a source tells no times, the place in the session tells which answer came first.
IN_TIME = ["answered_at", "block", "trial_order", "session"]
ANSWER = ["response", "score", "point"]
# What `repeated_answers` looks at.
COLUMNS = [
    *SAME,
    "listener",
    "method",
    "clip_key",
    "role",
    "trial_order",
    "response",
    "score",
    "scale_min",
    "scale_max",
]


def first_answers(scored: pd.DataFrame) -> pd.DataFrame:
    """Return the first of each listener's ratings of a clip: who rates it twice agrees with nobody by that."""
    same = ["listener", "clip_key"]
    # Most studies repeat nothing: sorting all their ratings by time takes long.
    if not scored.duplicated(same).any():
        return scored
    return scored.sort_values(IN_TIME, kind="stable").drop_duplicates(same)


def repeated_answers(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return each repeat with the first answer to the same stimulus in the same block of the session.

    Columns: listener, session, block, stimulus, method, clip_key, and of both answers response, score and point (the
    score as on five points); those of the repeat end in `_again`.
    """
    repeating = ratings.loc[ratings["role"] == "repeat", "session"].unique()
    told = ratings.loc[ratings["session"].isin(repeating), COLUMNS]
    told = told.assign(point=on_five_points(told)).sort_values("trial_order", kind="stable")
    first = counted(told).drop_duplicates(SAME)[[*SAME, "listener", "method", "clip_key", *ANSWER]]
    again = told[told["role"] == "repeat"][[*SAME, *ANSWER]]
    return first.merge(again, on=SAME, suffixes=("", "_again"))
