import math

import numpy as np
import pytest

from analysis.engine.statistics.mixed_model import mixed_model
from tests.analysis.frames import SYSTEMS, scores, simulated_ratings


def test_simulated_listeners_with_a_known_taste_give_that_taste_back():
    tables = mixed_model(simulated_ratings(n_listeners=12))

    means, differences = tables["means"], tables["differences"]
    copy = means.set_index("system").loc["copy"]
    assert list(means["system"]) == list(SYSTEMS)
    assert copy["low"] < SYSTEMS["copy"] < copy["high"]
    assert list(differences["other_system"]) == ["copy", "noise", "noise"]
    assert (differences["p_value"] < 1e-6).all()
    assert (differences["low"] < differences["estimate"]).all()


def test_variance_components_have_shares_that_add_to_one_and_zero_has_no_interval():
    components = mixed_model(simulated_ratings(n_listeners=12))["variance_components"].set_index("component")

    assert components["share"].sum() == pytest.approx(1)
    assert components.loc["residual", "low"] < 0.6 < components.loc["residual", "high"]
    assert (components["standard_deviation"] ** 2).to_numpy() == pytest.approx(components["estimate"].to_numpy())
    zero = components[components["estimate"] == 0]
    assert np.isnan(zero["low"]).all()


def test_a_variance_that_cannot_be_told_apart_is_missing_and_the_note_says_so():
    ratings = scores([3.0, 4.0, 2.0, 5.0, 1.0, 3.0], listeners=list("aabbcc"), stimuli=list("uvwxyz"))

    tables = mixed_model(ratings)

    stimulus = tables["variance_components"].set_index("component").loc["stimulus"]
    assert math.isnan(stimulus["estimate"])
    assert stimulus["note"].startswith("one rating per stimulus: stimulus and residual variance cannot be told apart")
    assert "differences" not in tables


def test_one_listener_has_plain_means_without_intervals():
    tables = mixed_model(simulated_ratings(n_listeners=1))

    assert list(tables) == ["means"]
    assert tables["means"]["low"].isna().all()
    assert (tables["means"]["note"] == "one listener: nothing is known of how others differ").all()
    assert tables["means"]["estimate"].is_monotonic_decreasing
