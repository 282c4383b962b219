import numpy as np
import pandas as pd
import pytest

from analysis.engine.confusions import word_answers
from analysis.engine.ratings import NONE_OF_THESE
from analysis.engine.statistics.identification_information import transmitted_information
from tests.analysis.frames import rating

WORDS = ["go", "left", "no"]
SYSTEMS = ["copy", "natural"]


def heard_in_part(n_listeners: int = 7, seed: int = 3) -> pd.DataFrame:
    """Return answers by lot; the first three listeners alone hear the second system."""
    dice = np.random.default_rng(seed)
    rows = []
    for listener in range(n_listeners):
        for order in range(12):
            system = SYSTEMS[order % 2 if listener < 3 else 0]
            rows.append(
                rating(
                    method="class_identification", listener=f"l{listener}", system=system, trial_order=order,
                    item=str(dice.choice(WORDS)), response=str(dice.choice([*WORDS, NONE_OF_THESE])),
                    clip_key=f"{system}-{order}",
                )
            )  # fmt: skip
    return pd.DataFrame(rows)


def test_answers_as_numbers_say_what_the_names_said():
    ratings = heard_in_part()

    answers = word_answers(ratings)

    said = [*answers.words, NONE_OF_THESE]
    assert answers.words == WORDS
    assert [said[place] for place in answers.numbers["response"]] == ratings["response"].tolist()
    assert [said[place] for place in answers.numbers["item"]] == ratings["item"].tolist()
    assert [answers.systems[place] for place in answers.numbers["system"]] == ratings["system"].tolist()
    assert answers.numbers["is_right"].tolist() == (ratings["response"] == ratings["item"]).tolist()
    assert [name for name, _ in answers.by_system()] == ["all", *SYSTEMS]


def test_confusions_count_each_listeners_answers_whatever_their_order_and_names():
    ratings = heard_in_part()
    renamed = ratings.iloc[::-1].assign(listener=lambda frame: frame["listener"].map(lambda name: f"z{-int(name[1:])}"))

    first, second = (
        answers.confusions(answers.numbers).counts for answers in (word_answers(ratings), word_answers(renamed))
    )

    by_listener = [
        [
            [((own["item"] == word) & (own["response"] == said)).sum() for said in [*WORDS, NONE_OF_THESE]]
            for word in WORDS
        ]
        for _, own in ratings.groupby("listener")
    ]
    assert sorted(first.tolist()) == sorted(by_listener)
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("system", range(2))
def test_a_resample_holds_the_answers_of_those_drawn_as_often_as_they_were_drawn(system):
    answers = word_answers(heard_in_part())
    confusions = answers.confusions(answers.numbers[answers.numbers["system"] == system])
    draws = answers.draws[:50]

    resampled = confusions.resampled(draws)

    without = np.zeros((answers.n_listeners - len(confusions.counts), *confusions.counts.shape[1:]))
    every = np.concatenate([without, confusions.counts])
    totals = [sum(times * counts for times, counts in zip(drawn, every, strict=True)) for drawn in draws]
    np.testing.assert_array_equal(resampled, [total for total in totals if total.any()])


def test_a_system_that_few_listeners_heard_has_an_interval_though_some_resamples_draw_none_of_them():
    ratings = heard_in_part(n_listeners=40)

    table = transmitted_information(ratings).set_index("system")

    of_few = table.loc["natural"]
    assert of_few["n_listeners"] == 3
    assert 0 <= of_few["low"] <= of_few["estimate"] <= of_few["high"] <= np.log2(3)
    assert of_few["high"] - of_few["low"] > table.loc["all", "high"] - table.loc["all", "low"]
