"""Listeners' answers to "which word?" beside what classifiers made of the same clips."""

import pandas as pd

from analysis.engine.ratings import NoRatings, check_judgements, counted_ratings

METHODS = ("class_identification",)
JUDGE = ["classifier", "network", "stage"]
# A classifier is right more easily on clips that climb it: those are counted by themselves.
JUDGE_IN_PART = [*JUDGE, "part"]
# What an answer says, beside a judgement.
ANSWERED = ["listener", "clip_key", "system", "item", "response", "human_is_right"]


def identified(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return the answers that count, with whether each is the intended word (`human_is_right`). Raises NoRatings."""
    answers = counted_ratings(ratings, METHODS)
    return answers.assign(human_is_right=answers["response"] == answers["item"])


def judged_clips(judgements: pd.DataFrame) -> pd.DataFrame:
    """Return the judgements, checked. Raises NoRatings if there are none."""
    judged = check_judgements(judgements)
    if judged.empty:
        raise NoRatings("No classifier has judged the clips of this study.")
    return judged
