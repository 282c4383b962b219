"""Preference, discrimination, verification, and the scores of methods that compare."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.engine.hidden_references import missed_references
from analysis.engine.ratings import NoRatings
from analysis.engine.statistics import STATISTICS
from analysis.engine.statistics.discrimination import discrimination
from analysis.engine.statistics.preference import bradley_terry, comparisons, preference_by_pair
from analysis.engine.statistics.word_verification import verification
from tests.analysis.frames import rating

NOTHING = pd.DataFrame()


def preferences(strengths, n_listeners=20, items=("go", "no", "up"), seed=1, tie_share=0.0):
    """Return every listener's choice in every pair for every item, drawn with these Bradley–Terry strengths."""
    dice = np.random.default_rng(seed)
    rows = []
    names = sorted(strengths)
    pairs = [(a, b) for a in names for b in names if a < b]
    for listener in range(n_listeners):
        for order, (item, (a, b)) in enumerate((item, pair) for item in items for pair in pairs):
            won = float(dice.random() < 1 / (1 + math.exp(strengths[b] - strengths[a])))
            score = 0.5 if dice.random() < tie_share else won
            for system, own in ((a, score), (b, 1 - score)):
                rows.append(
                    rating(
                        method="ab", listener=f"l{listener}", item=item, system=system, clip_key=f"{system}-{item}",
                        score=own, response="preferred", trial_order=order,
                    )
                )  # fmt: skip
    return pd.DataFrame(rows)


def test_a_comparison_is_one_row_with_the_score_of_the_first_in_the_alphabet():
    ratings = preferences({"a": 9.0, "b": -9.0}, n_listeners=2, items=("go",))

    table = comparisons(ratings.sample(frac=1, random_state=1))

    assert table[["first", "second", "score"]].to_numpy().tolist() == [["a", "b", 1.0], ["a", "b", 1.0]]


def test_strengths_are_found_again():
    strengths = {"a": 1.0, "b": 0.0, "c": -1.0}

    table = bradley_terry(preferences(strengths, n_listeners=200)).set_index("system")

    for name, strength in strengths.items():
        assert table.loc[name, "estimate"] == pytest.approx(strength, abs=0.25)
        assert table.loc[name, "low"] < strength < table.loc[name, "high"]
    assert table["estimate"].sum() == pytest.approx(0.0, abs=1e-9)


def test_two_systems_differ_by_the_log_odds_of_their_wins():
    ratings = preferences({"a": 0.5, "b": -0.5}, n_listeners=40)
    share = preference_by_pair(ratings).iloc[0]["estimate"]

    table = bradley_terry(ratings).set_index("system")

    difference = table.loc["a", "estimate"] - table.loc["b", "estimate"]
    assert difference == pytest.approx(math.log(share / (1 - share)), abs=1e-6)


def test_a_system_that_never_lost_cannot_be_placed_but_its_pairs_can_be_told():
    ratings = preferences({"a": 40.0, "b": 0.0, "c": 0.0})

    with pytest.raises(NoRatings, match="never won against a"):
        bradley_terry(ratings)
    assert list(STATISTICS["preference"].tables(ratings, NOTHING, 0.95)) == ["by_pair"]


def test_ties_count_half_and_the_sign_test_leaves_them_out():
    ratings = preferences({"a": 0.0, "b": 0.0}, n_listeners=30, tie_share=1.0)

    row = preference_by_pair(ratings).iloc[0]

    assert (row["estimate"], row["n_ties"], row["n"]) == (0.5, 90, 90)
    assert math.isnan(row["binomial_p"])


def test_the_sign_test_is_the_exact_binomial_one():
    ratings = preferences({"a": 40.0, "b": -40.0}, n_listeners=8, items=("go",))

    assert preference_by_pair(ratings).iloc[0]["binomial_p"] == pytest.approx(2 * 0.5**8)


def matches(n_right, n_wrong):
    scores = [1.0] * n_right + [0.0] * n_wrong
    return pd.DataFrame(
        rating(method="abx", listener=f"l{order % 4}", clip_key=f"c{order % 5}", score=score, trial_order=order)
        for order, score in enumerate(scores)
    )


def test_discrimination_is_tested_exactly_against_one_half():
    row = discrimination(matches(9, 1)).iloc[0]

    assert (row["estimate"], row["n_correct"]) == (0.9, 9)
    assert row["binomial_p"] == pytest.approx(11 / 1024)


def verified(hits, misses, false_alarms, rejections, listener="a"):
    said = (
        [("yes", "go")] * hits + [("no", "go")] * misses + [("yes", "up")] * false_alarms + [("no", "up")] * rejections
    )
    return [
        rating(
            method="word_verification", listener=listener, item="go", probe=probe, response=response, trial_order=order
        )
        for order, (response, probe) in enumerate(said)
    ]


def test_verification_is_the_mean_of_the_listeners_own_sensitivities():
    ratings = pd.DataFrame(verified(9, 1, 1, 9) + verified(5, 5, 5, 5, listener="b"))

    row = verification(ratings).iloc[0]

    # z(9.5/11) - z(1.5/11) = 2.1936 for the one, 0 for the other
    assert row["estimate"] == pytest.approx(2.1936 / 2, abs=1e-3)
    assert (row["hit_rate"], row["false_alarm_rate"]) == (0.7, 0.3)
    assert row["low"] < row["estimate"] < row["high"]


def test_a_listener_with_words_of_one_sort_is_counted_in_the_note():
    row = verification(pd.DataFrame(verified(9, 1, 1, 9) + verified(5, 5, 0, 0, listener="b"))).iloc[0]

    assert "undefined for 1 of 2 listeners" in row["note"]


def sliders(references):
    rows = []
    for listener, scores in references.items():
        for order, score in enumerate(scores):
            for role, system, given in (("hidden_reference", "natural", score), ("sample", "robot", 40.0)):
                rows.append(
                    rating(
                        method="mushra", listener=listener, role=role, system=system, item=f"item{order}", score=given,
                        clip_key=f"{system}-{order}", trial_order=order,
                    )
                )  # fmt: skip
    return pd.DataFrame(rows)


def test_who_misses_the_hidden_reference_too_often_is_left_out_of_a_second_table():
    good, careless = [100.0] * 10, [100.0] * 8 + [50.0] * 2

    tables = STATISTICS["mushra_score"].tables(sliders({"a": good, "b": good, "c": careless}), NOTHING, 0.95)

    assert tables["hidden_reference"].set_index("listener")["is_left_out"].to_dict() == {
        "a": False, "b": False, "c": True,
    }  # fmt: skip
    assert tables["by_system"].set_index("system").loc["natural", "n_listeners"] == 3
    assert tables["by_system_after_post_screening"].set_index("system").loc["natural", "estimate"] == 100.0


def test_the_share_at_the_limit_is_kept():
    missed = missed_references(sliders({"a": [100.0] * 17 + [0.0] * 3}))

    assert missed.iloc[0]["share_missed"] == pytest.approx(0.15)
    assert not missed.iloc[0]["is_left_out"]


@pytest.mark.parametrize(
    ("method", "statistic"),
    [("dcr", "degradation_score"), ("ccr", "comparison_score"), ("best_worst", "best_worst_score")],
)
def test_methods_with_a_scale_have_means_by_system(method, statistic):
    rows = [
        rating(method=method, listener=f"l{order}", system=system, score=score, trial_order=order)
        for order in range(3)
        for system, score in (("a", 1.0), ("b", -1.0 if method != "dcr" else 2.0))
    ]

    table = STATISTICS[statistic].tables(pd.DataFrame(rows), NOTHING, 0.95)["by_system"].set_index("system")

    assert table.loc["a", "estimate"] == 1.0
    assert table["n"].tolist() == [3, 3]
