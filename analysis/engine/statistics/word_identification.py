"""Which word listeners heard: proportion correct by system and by word, and who took what for what."""

from collections.abc import Sequence

import pandas as pd

from analysis.engine.proportions import share_of_right_answers
from analysis.engine.ratings import NONE_OF_THESE, counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("class_identification",)


def proportion_correct(ratings: pd.DataFrame, by: Sequence[str], confidence: float = 0.95) -> pd.DataFrame:
    """Return the share of answers in each cell of `by` that name the intended word, best first.

    Intervals as of `share_of_right_answers`. `chance` is that of a listener who always names a word, any with equal
    probability: one over the number of words (whoever also presses "none of these" at random scores less). Raises
    NoRatings.
    """
    answers = counted_ratings(ratings, METHODS)
    chance = 1 / len(words_on_offer(answers))
    answers = answers.assign(is_correct=answers["response"] == answers["item"])
    rows = [
        {
            **dict(zip(by, cell, strict=True)),
            **share_of_right_answers(group, group["is_correct"], confidence),
            "chance": chance,
        }
        for cell, group in answers.groupby(list(by), sort=True)
    ]
    return pd.DataFrame(rows).sort_values("estimate", ascending=False, kind="stable", ignore_index=True)


def words_on_offer(answers: pd.DataFrame) -> list[str]:
    """Return the words that were said or answered, sorted, without "none of these"."""
    return sorted((set(answers["item"]) | set(answers["response"])) - {NONE_OF_THESE})


def confusion_matrix(ratings: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return how often each intended word was heard as each answer: item, heard, count, share of the item's answers.

    Every pair of word and answer has a row, also where the count is 0; a `by` (say ["system"]) comes before. Shares
    of an item that was never put are missing. Raises NoRatings.
    """
    answers = counted_ratings(ratings, METHODS).rename(columns={"response": "heard"})
    words = words_on_offer(answers.rename(columns={"heard": "response"}))
    cells = [sorted(answers[name].unique()) for name in by] + [words, [*words, NONE_OF_THESE]]
    every = pd.MultiIndex.from_product(cells, names=[*by, "item", "heard"])
    counts = answers.groupby([*by, "item", "heard"]).size().reindex(every, fill_value=0)
    totals = counts.groupby([*by, "item"]).transform("sum")
    shares = (counts / totals.where(totals > 0)).rename("share")
    return pd.concat([counts.rename("count"), shares], axis=1).reset_index()


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    return {
        "by_system": proportion_correct(ratings, ["system"], confidence),
        "by_item": proportion_correct(ratings, ["item"], confidence),
        "confusion": confusion_matrix(ratings),
        "confusion_by_system": confusion_matrix(ratings, ["system"]),
    }


WORD_IDENTIFICATION = Statistic(
    slug="word_identification",
    title="Word identification",
    unit="an answer; listeners and clips are both taken as samples of more",
    tables=_tables,
)
