"""Test–retest reliability: sounds that came again."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.engine.retest import retest_table
from analysis.engine.statistics.reliability import RELIABILITY
from tests.analysis.frames import rating, simulated_judgements, simulated_ratings


def pairs_of(listener: str, first: list[float], again: list[float], **given) -> list[dict]:
    """Return a session's first answers to sounds, and its answers to the same sounds later."""
    sounds = [{"clip_key": f"s{place}", "stimulus": f"s{place}", "listener": listener} for place in range(len(first))]
    later = len(first)
    return [
        rating(**sound, trial_order=order, score=score, response=f"{score:g}", **given)
        for order, (sound, score) in enumerate(zip(sounds, first, strict=True))
    ] + [
        rating(**sound, trial_order=later + order, score=score, response=f"{score:g}", **{**given, "role": "repeat"})
        for order, (sound, score) in enumerate(zip(sounds, again, strict=True))
    ]


def measures(*rows: list[dict]) -> pd.DataFrame:
    return retest_table(pd.DataFrame([row for some in rows for row in some]), ["acr"], 0.95).set_index("measure")


def test_repeats_are_compared_with_the_first_answers_by_hand():
    table = measures(pairs_of("a", [1, 2, 5], [2, 2, 4]), pairs_of("b", [4, 3, 1], [4, 5, 1]))

    first, again = [1, 2, 5, 4, 3, 1], [2, 2, 4, 4, 5, 1]
    assert table.loc["correlation", "estimate"] == pytest.approx(np.corrcoef(first, again)[0, 1])
    assert table.loc["mean absolute difference", "estimate"] == pytest.approx(4 / 6)
    assert table.loc["equal answers", "estimate"] == pytest.approx(3 / 6)
    assert (table["n"] == 6).all()
    assert (table["n_listeners"] == 2).all()
    assert (table["n_stimuli"] == 3).all()


def test_the_jackknife_is_that_of_leaving_each_listener_out():
    generator = np.random.default_rng(2)
    answers = {name: generator.integers(1, 6, (2, 4)).astype(float) for name in "abcd"}

    row = measures(*(pairs_of(name, list(one), list(two)) for name, (one, two) in answers.items())).loc["correlation"]

    def z_without(left_out: str) -> float:
        kept = np.hstack([both for name, both in answers.items() if name != left_out])
        return math.atanh(np.corrcoef(kept)[0, 1])

    z = [z_without(name) for name in answers]
    error = math.sqrt(3 / 4 * sum((each - np.mean(z)) ** 2 for each in z))
    t = 3.182446305284263  # Student's t, 3 degrees of freedom, .975 (any table)
    assert row["low"] == pytest.approx(math.tanh(z_without("") - t * error))
    assert row["high"] == pytest.approx(math.tanh(z_without("") + t * error))


def test_listeners_who_answer_alike_again_are_wholly_reliable_and_have_no_interval():
    table = measures(pairs_of("a", [1, 2, 5], [1, 2, 5]), pairs_of("b", [4, 3, 1], [4, 3, 1]))

    assert table["estimate"].tolist() == pytest.approx([1.0, 0.0, 1.0])
    assert table["low"].isna().all()
    assert (table["note"] != "").all()


def test_equal_answers_all_the_time_have_no_correlation():
    table = measures(pairs_of("a", [4, 4], [4, 4]), pairs_of("b", [4, 4], [4, 4]))

    assert math.isnan(table.loc["correlation", "estimate"])
    assert table.loc["correlation", "note"] == "the first answers, or the repeats, are all equal"


def test_one_listener_says_nothing_of_others():
    table = measures(pairs_of("a", [1, 2, 5], [2, 2, 4]))

    assert table["low"].isna().all()
    assert table["note"].str.startswith("one listener").all()


def test_sessions_that_a_screening_excluded_and_other_methods_do_not_count():
    rows = pairs_of("a", [1, 5], [1, 5]), pairs_of("b", [1, 5], [5, 1], exclusion="repeats")

    table = measures(*rows, pairs_of("c", [1, 5], [5, 1], method="dcr"))

    assert table.loc["equal answers", "n_listeners"] == 1
    assert table.loc["equal answers", "estimate"] == 1.0


def test_a_study_without_repeats_has_no_table_of_them_and_one_with_repeats_has():
    ratings, judgements = simulated_ratings(), simulated_judgements()
    again = ratings.head(2).assign(role="repeat", trial_order=99)

    without = RELIABILITY.tables(ratings, judgements, 0.95)
    with_repeats = RELIABILITY.tables(pd.concat([ratings, again], ignore_index=True), judgements, 0.95)

    assert list(without) == ["agreement"]
    assert list(with_repeats) == ["agreement", "test_retest"]
    pd.testing.assert_frame_equal(with_repeats["agreement"], without["agreement"])
