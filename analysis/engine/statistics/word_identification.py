"""Which word listeners heard: proportion correct by system and by word, and who took what for what."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.engine.confusions import WordAnswers, word_answers
from analysis.engine.proportions import share_of_right_answers
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("class_identification",)


def proportion_correct(ratings: pd.DataFrame, by: Sequence[str], confidence: float = 0.95) -> pd.DataFrame:
    """Return the share of answers in each cell of `by` (system, item) that name the intended word, best first.

    Intervals as of `share_of_right_answers`. `chance` is that of a listener who always names a word, any with equal
    probability: one over the number of words (whoever also presses "none of these" at random scores less). Raises
    NoRatings.
    """
    return _correct(_answers(ratings), by, confidence)


def _answers(ratings: pd.DataFrame) -> WordAnswers:
    return word_answers(counted_ratings(ratings, METHODS))


def _correct(answers: WordAnswers, by: Sequence[str], confidence: float) -> pd.DataFrame:
    chance = 1 / len(answers.words)
    rows = [
        {
            **dict(zip(by, cell, strict=True)),
            **share_of_right_answers(group, group["is_right"], confidence),
            "chance": chance,
        }
        for cell, group in answers.numbers.groupby(list(by), sort=True)
    ]
    table = pd.DataFrame(rows).sort_values("estimate", ascending=False, kind="stable", ignore_index=True)
    return table.assign(**{column: pd.Index(answers.names(column))[table[column]] for column in by})


def confusion_matrix(ratings: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return how often each intended word was heard as each answer: item, heard, count, share of the item's answers.

    Every pair of word and answer has a row, also where the count is 0; a `by` (say ["system"]) comes before. Shares
    of an item that was never put are missing. Raises NoRatings.
    """
    return _confusion(_answers(ratings), by)


def _confusion(answers: WordAnswers, by: Sequence[str]) -> pd.DataFrame:
    columns = [*by, "item", "response"]
    names = [answers.names(column) for column in columns]
    every = pd.MultiIndex.from_product(names, names=[*by, "item", "heard"])
    places = np.ravel_multi_index([answers.numbers[column] for column in columns], [len(each) for each in names])
    counts = pd.Series(np.bincount(places, minlength=len(every)), index=every, name="count")
    totals = counts.groupby([*by, "item"]).transform("sum")
    shares = (counts / totals.where(totals > 0)).rename("share")
    return pd.concat([counts, shares], axis=1).reset_index()


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    answers = _answers(ratings)
    return {
        "by_system": _correct(answers, ["system"], confidence),
        "by_item": _correct(answers, ["item"], confidence),
        "confusion": _confusion(answers, []),
        "confusion_by_system": _confusion(answers, ["system"]),
    }


WORD_IDENTIFICATION = Statistic(
    slug="word_identification",
    title="Word identification",
    unit="an answer; listeners and clips are both taken as samples of more",
    tables=_tables,
)
