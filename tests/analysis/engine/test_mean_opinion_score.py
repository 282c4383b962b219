import math

import numpy as np
import pandas as pd
import pytest

from analysis.engine.columns import RatingsFrameIsWrong
from analysis.engine.ratings import NoRatings
from analysis.engine.statistics.mean_opinion_score import mean_opinion_score
from tests.analysis.frames import SYSTEMS, WORDS, rating, scores, simulated_ratings


def test_simulated_listeners_with_a_known_taste_give_that_taste_back():
    table = mean_opinion_score(simulated_ratings(n_listeners=12), ["system"])

    assert list(table["system"]) == list(SYSTEMS)
    copy = table.set_index("system").loc["copy"]
    assert copy["low"] < SYSTEMS["copy"] < copy["high"]
    assert (copy["n"], copy["n_listeners"], copy["n_stimuli"]) == (96, 12, 8)


def test_there_is_a_row_for_each_system_and_word():
    table = mean_opinion_score(simulated_ratings(), ["system", "item"])

    assert len(table) == len(SYSTEMS) * len(WORDS)
    assert table["estimate"].is_monotonic_decreasing


def test_one_listener_has_a_mean_and_no_interval_of_either_kind_across_listeners():
    ratings = scores([3.0, 4.0], listeners=["a", "a"], stimuli=["x", "y"])

    row = mean_opinion_score(ratings, ["system"]).iloc[0]

    assert row["estimate"] == 3.5
    assert math.isnan(row["low"])
    assert row["note"] == "one listener: nothing is known of how others differ"


def test_one_stimulus_and_equal_ratings_are_stated():
    one = scores([3.0, 4.0], listeners=["a", "b"], stimuli=["x", "x"])
    equal = scores([4.0] * 4, listeners=["a", "a", "b", "b"], stimuli=["x", "y", "x", "y"])

    assert "one stimulus" in mean_opinion_score(one, ["system"])["note"].iloc[0]
    assert "all answers are equal" in mean_opinion_score(equal, ["system"])["note"].iloc[0]


def test_ratings_on_two_scales_are_not_averaged():
    ratings = pd.DataFrame([rating(trial_order=0), rating(trial_order=1, scale_max=100.0)])

    with pytest.raises(RatingsFrameIsWrong, match="2 different scales"):
        mean_opinion_score(ratings, ["system"])


def test_a_rating_without_a_score_is_refused():
    ratings = pd.DataFrame([rating(trial_order=0), rating(trial_order=1, score=np.nan)])

    with pytest.raises(RatingsFrameIsWrong, match="column 'score', row 2"):
        mean_opinion_score(ratings, ["system"])


def test_answers_of_another_method_are_no_ratings_of_this_one():
    ratings = pd.DataFrame([rating(method="class_identification")])

    with pytest.raises(NoRatings, match="acr"):
        mean_opinion_score(ratings, ["system"])


def test_bootstrap_and_crowdmos_intervals_stand_beside_and_need_two_listeners():
    many = mean_opinion_score(simulated_ratings(n_listeners=12), ["system"])
    one = mean_opinion_score(simulated_ratings(n_listeners=1), ["system"])

    for kind in ("bootstrap", "crowdmos"):
        assert (many[f"{kind}_low"] < many["estimate"]).all()
        assert (many["estimate"] < many[f"{kind}_high"]).all()
        assert one[f"{kind}_low"].isna().all()
