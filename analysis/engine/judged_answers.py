"""Listeners' answers to "which word?" beside what classifiers made of the same clips."""

import pandas as pd

from analysis.engine.mean_scores import numbered
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


def judged_answers(ratings: pd.DataFrame, judgements: pd.DataFrame) -> pd.DataFrame:
    """Return each answer beside each judgement of the same clip, with who of the two is right. Raises NoRatings.

    Listeners and clips are numbers, as `numbered` has them.
    """
    judged = judged_clips(judgements)[["clip_key", *JUDGE_IN_PART, "heard", "probability_of_item"]]
    pairs = identified(ratings)[ANSWERED].merge(judged, on="clip_key", validate="many_to_many")
    if pairs.empty:
        raise NoRatings("No clip has both answers of listeners and judgements of a classifier yet.")
    return numbered(pairs).assign(classifier_is_right=pairs["heard"] == pairs["item"])
