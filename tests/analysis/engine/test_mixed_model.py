import math

import numpy as np
import pandas as pd
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
    assert (differences["p_value"] < 1e-5).all()
    assert (differences["low"] < differences["estimate"]).all()


def differing_tastes(seed: int, liking: float) -> pd.DataFrame:
    """Return ratings of two equal systems by 40 listeners who like one or the other better by `liking` or so."""
    generator = np.random.default_rng(seed)
    study = pd.MultiIndex.from_product([range(40), ["a", "b"], range(40)], names=["listener", "system", "n"])
    rows = study.to_frame(index=False).assign(listener=lambda frame: frame["listener"].astype(str))
    rows["stimulus"] = rows["system"] + rows["n"].astype(str)
    tastes = generator.normal(0, liking, (40, 2)).repeat(40, axis=1).ravel()
    rows["score"] = 3 + tastes + generator.normal(0, 0.2, 80)[pd.factorize(rows["stimulus"])[0]]
    rows["score"] += generator.normal(0, 0.5, len(rows))
    ratings = scores([3.0] * len(rows), listeners=list(rows["listener"]), stimuli=list(rows["stimulus"]))
    return ratings.assign(system=rows["system"], score=rows["score"].clip(1, 5), item=rows["stimulus"])


def test_clips_of_one_item_are_related_where_each_system_said_it_once():
    apart = simulated_ratings(n_listeners=8, takes=1)
    apart["score"] = (apart["score"] + apart["item"].map({"left": -1, "right": 0, "stop": 0, "yes": 1})).clip(1, 5)

    together = mixed_model(apart)["differences"]
    separate = mixed_model(apart.assign(item=apart["clip_key"]))["differences"]

    assert (together["standard_error"] < separate["standard_error"]).all()
    assert together["model_standard_error"].tolist() == separate["model_standard_error"].tolist()


def test_listeners_who_like_systems_differently_widen_the_interval_but_not_the_model_s_own():
    alike, different = (mixed_model(differing_tastes(3, liking))["differences"].iloc[0] for liking in (0.0, 0.6))

    assert different["standard_error"] > 1.5 * alike["standard_error"]
    assert different["model_standard_error"] < 1.1 * alike["model_standard_error"]
    assert different["low"] < different["model_low"]
    assert different["freedom"] == 39


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
