"""Which word listeners typed: the share of intended words by system and by word, and what was typed instead."""

import re
import unicodedata
from collections.abc import Sequence

import pandas as pd

from analysis.engine.proportions import share_of_right_answers
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("open_identification",)
# How many different answers to each word are listed.
LISTED = 5
# What stands for an answer without a letter: listeners are told to type it if they heard no word.
NOTHING = "?"


def typed_words(ratings: pd.DataFrame, by: Sequence[str], confidence: float = 0.95) -> pd.DataFrame:
    """Return the share of typed answers in each cell of `by` that are the intended word, best first.

    `estimate` compares what `normalised` leaves of both, `exact` the answer as it was typed. A homophone (*write* for
    *right*) is another word: `typed_instead` lists what was typed, so that a reader can judge. Intervals as of
    `share_of_right_answers`. Raises NoRatings.
    """
    answers = _compared(ratings)
    rows = [
        {
            **dict(zip(by, cell, strict=True)),
            **share_of_right_answers(group, group["is_right"], confidence),
            "exact": float((group["response"] == group["item"]).mean()),
        }
        for cell, group in answers.groupby(list(by), sort=True)
    ]
    return pd.DataFrame(rows).sort_values("estimate", ascending=False, kind="stable", ignore_index=True)


def typed_instead(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return the answers that were typed most often to each word, right ones too: item, typed, count, share.

    At most five for each word, the most frequent first, then by the alphabet. Raises NoRatings.
    """
    answers = _compared(ratings)
    counts = answers.groupby(["item", "typed"]).size().rename("count").reset_index()
    counts["share"] = counts["count"] / counts.groupby("item")["count"].transform("sum")
    ordered = counts.sort_values(["item", "count", "typed"], ascending=[True, False, True], kind="stable")
    return ordered.groupby("item").head(LISTED).reset_index(drop=True)


def normalised(typed: str) -> str:
    """Return a typed answer without what says nothing of the word heard: case, punctuation, width and extra spaces.

    Letters stay as they are, with their marks: ä and a are different sounds in many languages.
    """
    words = re.sub(r"[^\w\s]|_", " ", unicodedata.normalize("NFKC", typed).casefold())
    return " ".join(words.split())


def _compared(ratings: pd.DataFrame) -> pd.DataFrame:
    answers = counted_ratings(ratings, METHODS)
    typed = answers["response"].map(normalised).replace("", NOTHING)
    return answers.assign(typed=typed, is_right=typed == answers["item"].map(normalised))


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    return {
        "by_system": typed_words(ratings, ["system"], confidence),
        "by_item": typed_words(ratings, ["item"], confidence),
        "typed_instead": typed_instead(ratings),
    }


TYPED_IDENTIFICATION = Statistic(
    slug="typed_identification",
    title="Which word did they type?",
    unit="an answer; listeners and clips are both taken as samples of more",
    tables=_tables,
)
