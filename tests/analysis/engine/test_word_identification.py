import math

import pandas as pd
import pytest

from analysis.engine.ratings import NONE_OF_THESE
from analysis.engine.statistics.word_identification import confusion_matrix, proportion_correct
from tests.analysis.frames import rating, simulated_ratings


def answers(*heard: tuple[str, str], listener: str = "a") -> list[dict]:
    """Return identification ratings (intended word, answer) of one listener."""
    return [
        rating(method="class_identification", listener=listener, item=item, response=response, trial_order=order)
        for order, (item, response) in enumerate(heard)
    ]


def test_the_share_of_intended_words_and_the_chance_of_a_guesser_are_given():
    ratings = pd.DataFrame(
        answers(("left", "left"), ("stop", "left")) + answers(("left", "left"), ("stop", NONE_OF_THESE), listener="b")
    )

    row = proportion_correct(ratings, ["system"]).iloc[0]

    assert (row["estimate"], row["n_correct"], row["n"]) == (0.5, 2, 4)
    assert row["chance"] == 0.5


def test_when_every_answer_is_right_wilson_alone_has_an_interval_and_the_note_says_why():
    ratings = pd.DataFrame(
        answers(("left", "left"), ("stop", "stop")) + answers(("left", "left"), ("stop", "stop"), listener="b")
    )

    row = proportion_correct(ratings, ["system"]).iloc[0]

    assert row["estimate"] == 1
    assert math.isnan(row["low"])
    assert row["note"] == "all answers are equal: no variance to estimate from"
    assert row["wilson_low"] == pytest.approx(0.5101, abs=1e-4)


def test_the_confusion_matrix_counts_none_of_these_and_its_rows_add_up():
    ratings = pd.DataFrame(answers(("left", "left"), ("left", "stop"), ("left", NONE_OF_THESE), ("stop", "stop")))

    table = confusion_matrix(ratings)

    cells = table.set_index(["item", "heard"])
    assert cells.loc[("left", NONE_OF_THESE), "count"] == 1
    assert cells.loc[("left", "stop"), "share"] == pytest.approx(1 / 3)
    assert cells.loc[("stop", "left"), "count"] == 0
    assert table.groupby("item")["share"].sum().tolist() == pytest.approx([1, 1])


def test_a_word_that_was_heard_but_never_put_has_counts_and_no_shares():
    ratings = pd.DataFrame(answers(("left", "yes"), ("left", "left")))

    table = confusion_matrix(ratings)

    never_put = table[table["item"] == "yes"]
    assert (never_put["count"] == 0).all()
    assert never_put["share"].isna().all()


def test_the_confusion_matrices_of_the_systems_add_up_to_the_whole():
    ratings = simulated_ratings()

    parts = confusion_matrix(ratings, ["system"]).groupby(["item", "heard"])["count"].sum()

    whole = confusion_matrix(ratings).set_index(["item", "heard"])["count"]
    pd.testing.assert_series_equal(parts.loc[whole.index], whole)
