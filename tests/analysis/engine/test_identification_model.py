import numpy as np
import pytest
from scipy import special

from analysis.engine.statistics.identification_model import identification_model
from tests.analysis.frames import simulated_ratings


def test_systems_have_shares_odds_and_ratios_with_intervals():
    tables = identification_model(simulated_ratings(n_listeners=12))

    means, ratios = tables["means"].set_index("system"), tables["odds_ratios"]
    assert list(means.index) == ["natural", "copy", "noise"]
    assert means["estimate"].to_numpy() == pytest.approx(means["share"].to_numpy(), abs=0.03)
    assert list(zip(ratios["system"], ratios["other_system"], strict=True)) == [
        ("natural", "copy"),
        ("natural", "noise"),
        ("copy", "noise"),
    ]
    expected = np.exp(means.loc["natural", "log_odds"] - means.loc["noise", "log_odds"])
    assert ratios.loc[1, "estimate"] == pytest.approx(expected)
    assert (ratios["low"] > 1).all()
    assert (ratios["p_holm"] >= ratios["p_value"]).all()


def test_a_higher_confidence_widens_the_intervals():
    ratings = simulated_ratings(n_listeners=12)

    narrow, wide = (identification_model(ratings, level)["means"] for level in (0.8, 0.99))

    assert (wide["low"] < narrow["low"]).all()
    # In log odds, both intervals are around the same share.
    middles = [(special.logit(table["low"]) + special.logit(table["high"])) / 2 for table in (narrow, wide)]
    assert middles[0].to_numpy() == pytest.approx(middles[1].to_numpy())


def test_a_system_that_is_always_heard_is_left_out_of_the_model_and_its_row_says_so():
    ratings = simulated_ratings(n_listeners=12)
    always = (ratings["system"] == "natural") & (ratings["method"] == "class_identification")
    without = identification_model(ratings[ratings["system"] != "natural"])
    ratings.loc[always, "response"] = ratings.loc[always, "item"]

    tables = identification_model(ratings)

    natural, copy = (tables["means"].set_index("system").loc[name] for name in ("natural", "copy"))
    assert natural["estimate"] == 1
    assert np.isnan(natural["low"])
    assert "left out of the model" in natural["note"]
    assert set(tables["odds_ratios"]["system"]) == {"copy"}
    assert copy["estimate"] == without["means"].set_index("system").loc["copy", "estimate"]


def test_one_listener_has_shares_without_intervals():
    tables = identification_model(simulated_ratings(n_listeners=1))

    assert list(tables) == ["means"]
    assert tables["means"]["low"].isna().all()
    assert tables["means"]["note"].str.contains("one listener|left out").all()
