import pandas as pd
import pytest

from analysis.engine.ratings import NoRatings
from analysis.engine.statistics.typed_identification import TYPED_IDENTIFICATION, normalised, typed_instead, typed_words
from tests.analysis.frames import rating


def typed(*answers, item="right", system="natural"):
    """Return the answers of one listener each to clips that say a word."""
    return pd.DataFrame(
        [
            rating(
                method="open_identification", listener=f"l{place}", session=f"s{place}", item=item, system=system,
                response=answer, clip_key=f"clip-{item}-{system}",
            )
            for place, answer in enumerate(answers)
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "left"),
    [(" Right! ", "right"), ("two  words", "two words"), ("Ä", "ä"), ("?", ""), ("ｗｉｄｅ", "wide")],
)
def test_case_punctuation_and_spaces_say_nothing_of_the_word(answer, left):
    assert normalised(answer) == left


def test_answers_count_exactly_and_after_normalisation():
    row = typed_words(typed("right", "Right!", "write", "?"), ["system"]).iloc[0]

    assert row["estimate"] == 0.5
    assert row["exact"] == 0.25
    assert row["n_correct"] == 2


def test_what_was_typed_instead_is_listed_the_most_frequent_first():
    table = typed_instead(typed("write", "write", "Right", "?", "ride"))

    assert list(table["typed"]) == ["write", "?", "ride", "right"]
    assert list(table["share"]) == [0.4, 0.2, 0.2, 0.2]


def test_systems_are_apart_and_the_best_comes_first():
    answers = pd.concat([typed("left", "right", system="robot"), typed("right", "right")], ignore_index=True)
    answers["trial_order"] = range(len(answers))

    tables = TYPED_IDENTIFICATION.tables(answers, pd.DataFrame(), 0.95)

    assert list(tables["by_system"]["system"]) == ["natural", "robot"]
    assert list(tables["by_system"]["estimate"]) == [1.0, 0.5]
    assert tables["by_item"].loc[0, "n"] == 4


def test_answers_to_other_questions_are_not_typed_words():
    with pytest.raises(NoRatings):
        typed_words(typed("right").assign(method="class_identification"), ["system"])
