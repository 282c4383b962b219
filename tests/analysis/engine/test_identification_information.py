import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.engine.detection import d_prime
from analysis.engine.ratings import NONE_OF_THESE, NoRatings
from analysis.engine.statistics.identification_information import (
    IDENTIFICATION_INFORMATION,
    against_chance,
    mutual_information,
    transmitted_information,
    word_sensitivity,
)
from tests.analysis.frames import rating

WORDS = ("down", "go", "left", "no")


def heard(share_right, *, n_listeners=6, takes=10, seed=1, response=None):
    """Return answers of listeners who hear each word rightly with this probability, and else answer by lot."""
    dice = np.random.default_rng(seed)
    rows = []
    for listener in range(n_listeners):
        for order, word in enumerate(WORDS * takes):
            said = word if dice.random() < share_right else str(dice.choice(WORDS))
            rows.append(
                rating(
                    method="class_identification", listener=f"l{listener}", item=word, response=response or said,
                    clip_key=f"clip-{order}", trial_order=order,
                )
            )  # fmt: skip
    return pd.DataFrame(rows)


def test_answers_that_are_always_right_transmit_all_there_is():
    row = transmitted_information(heard(1.0)).iloc[0]

    assert row["of_bits"] == pytest.approx(2.0)
    assert row["plug_in"] == pytest.approx(2.0)
    assert row["relative"] > 0.97


def test_answers_by_lot_transmit_nothing_once_the_bias_is_taken_off():
    estimates = [transmitted_information(heard(0.0, seed=seed)).iloc[0] for seed in range(20)]

    plug_in = np.mean([row["plug_in"] for row in estimates])
    corrected = np.mean([row["estimate"] for row in estimates])
    assert plug_in == pytest.approx((4 - 1) * (4 - 1) / (2 * 240 * math.log(2)), rel=0.35)
    assert corrected < plug_in / 2


def test_information_has_an_interval_over_listeners_that_holds_the_estimate():
    row = transmitted_information(heard(0.6)).iloc[0]

    assert 0 < row["low"] < row["estimate"] < row["high"] < 2


def test_one_listener_has_information_but_no_interval():
    row = transmitted_information(heard(0.6, n_listeners=1)).iloc[0]

    assert math.isnan(row["low"])
    assert "one listener" in row["note"]


def test_information_of_a_table_that_is_independent_is_nothing():
    assert mutual_information(np.outer([1, 2, 3], [4, 5])) == pytest.approx(0.0, abs=1e-12)


def test_sensitivity_is_that_of_the_corrected_rates():
    prime, criterion = d_prime(hits=18, n_signals=20, false_alarms=2, n_others=20)

    # z(18.5/21) = 1.1798, z(2.5/21) = -1.1798
    assert prime == pytest.approx(2.3596, abs=2e-4)
    assert criterion == pytest.approx(0.0, abs=1e-12)
    assert all(math.isnan(value) for value in d_prime(0, 0, 1, 2))


def test_a_word_that_is_answered_to_everything_is_not_told_from_the_others():
    table = word_sensitivity(heard(1.0, response="go")).set_index("item")

    assert abs(table.loc["go", "estimate"]) < 0.8
    assert table.loc["go", "criterion"] < -2
    assert table.loc["left", "hit_rate"] == 0
    assert math.isnan(table.loc["go", "plug_in"])


def test_who_answers_as_they_like_is_no_better_than_chance_however_they_like_some_words():
    biased = heard(0.0, response="go")

    row = against_chance(biased).iloc[0]

    assert row["estimate"] == row["chance"] == 0.25
    assert math.isnan(row["p_value"])
    assert "one answer to everything" in row["note"]


def test_the_moments_of_chance_are_those_of_dealing_the_answers_out():
    answers = heard(0.3, n_listeners=1, takes=4)
    words, said, dice = answers["item"].to_numpy(), answers["response"].to_numpy(), np.random.default_rng(2)

    dealt = [float((words == dice.permutation(said)).mean()) for _ in range(4000)]

    row = against_chance(answers).iloc[0]
    assert row["chance"] == pytest.approx(np.mean(dealt), abs=0.01)
    as_good = np.mean(np.array(dealt) >= row["estimate"])
    assert row["p_value"] == pytest.approx(as_good, abs=0.03)


def test_chance_in_one_system_follows_what_listeners_answer_to_all_of_them():
    heard_well, noise = heard(1.0, n_listeners=1, takes=1), heard(0.0, n_listeners=1, takes=2, seed=3)
    noise = noise.assign(
        system="noise", clip_key=noise["clip_key"] + "-noise", trial_order=noise["trial_order"] + len(heard_well)
    )
    answers = pd.concat([heard_well, noise], ignore_index=True)
    words, said, dice = answers["item"].to_numpy(), answers["response"].to_numpy(), np.random.default_rng(2)
    is_noise = (answers["system"] == "noise").to_numpy()

    dealt = [int((words == dice.permutation(said))[is_noise].sum()) for _ in range(4000)]

    row = against_chance(answers).set_index("system").loc["noise"]
    right = int((words == said)[is_noise].sum())
    assert row["chance"] * is_noise.sum() == pytest.approx(np.mean(dealt), abs=0.05)
    assert row["p_value"] == pytest.approx(stats.norm.sf((right - 0.5 - np.mean(dealt)) / np.std(dealt)), abs=0.02)


def test_who_hears_the_words_is_better_than_chance():
    row = against_chance(heard(0.5)).iloc[0]

    assert row["p_value"] < 0.001
    assert row["chance"] == pytest.approx(0.25, abs=0.03)


def test_p_values_of_guessers_are_spread_evenly():
    values = [against_chance(heard(0.0, n_listeners=2, takes=3, seed=seed)).iloc[0]["p_value"] for seed in range(60)]

    assert 0.3 < np.mean(values) < 0.7
    assert np.mean(np.array(values) < 0.05) < 0.15


def test_where_nothing_was_heard_there_is_nothing_to_compute():
    with pytest.raises(NoRatings, match="none of the words was heard"):
        IDENTIFICATION_INFORMATION.tables(heard(1.0, response=NONE_OF_THESE), pd.DataFrame(), 0.95)
