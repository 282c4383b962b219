"""Listeners' biases and inconsistencies, and the screenings of BT.500 and P.913."""

import numpy as np
import pandas as pd
import pytest

from analysis.engine.listener_model import (
    ListenerModelDidNotConverge,
    ListenersAreNotConnected,
    fit_listener_model,
)
from analysis.engine.listener_screening import screened_by_bt500, without_bias
from analysis.engine.ratings import NoRatings
from analysis.engine.statistics.listener_bias import listener_bias
from tests.analysis.frames import published, rating


def as_columns(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return scores [stimuli, listeners] as scores, listeners and stimuli by number [N]; NaN is no rating."""
    stimuli, listeners = np.nonzero(~np.isnan(scores))
    return scores[stimuli, listeners], listeners, stimuli


def as_ratings(scores: np.ndarray, **given) -> pd.DataFrame:
    values, listeners, stimuli = as_columns(scores)
    rows = [
        rating(listener=f"l{listener:03}", clip_key=f"s{stimulus:04}", trial_order=int(stimulus), score=score, **given)
        for score, listener, stimulus in zip(values.tolist(), listeners, stimuli, strict=True)
    ]
    return pd.DataFrame(rows)


def simulated_scores(n_stimuli: int, biases: np.ndarray, unsteady: np.ndarray, seed: int = 1) -> np.ndarray:
    generator = np.random.default_rng(seed)
    qualities = generator.uniform(1.5, 4.5, (n_stimuli, 1))
    return qualities + biases + unsteady * generator.normal(size=(n_stimuli, len(biases)))


def netflix(name: str) -> np.ndarray:
    return np.loadtxt(published("sureal_nflx", f"{name}.csv"), delimiter=",")


def test_qualities_biases_and_inconsistencies_are_those_of_sureal_for_79_stimuli():
    """sureal_nflx/README.md, demo_p910.py and sureal 0.9.0: 79 stimuli x 26 listeners, ratings missing."""
    model = fit_listener_model(*as_columns(netflix("p910_sample_data")))

    assert np.round(model.qualities[:3], 6).tolist() == [4.926232, 4.871884, 4.660024]
    assert round(model.qualities.sum(), 6) == 279.998343
    assert np.round(model.biases[:3], 6).tolist() == [-0.189852, -0.202511, 0.240527]
    assert np.round(model.inconsistencies[:3], 6).tolist() == [1.833936, 1.792802, 1.605246]
    assert round(model.inconsistencies.sum(), 6) == 21.029374
    assert round(model.quality_errors.sum(), 6) == 13.712083


def test_qualities_biases_and_inconsistencies_are_those_of_sureal_for_30_stimuli():
    """sureal_nflx/README.md: 30 stimuli x 20 listeners."""
    model = fit_listener_model(*as_columns(netflix("p910_small_sample_data")))

    assert round(model.qualities.sum(), 6) == 111.822671
    assert np.round(model.biases[:3], 6).tolist() == [-0.360756, 0.034559, -0.207624]
    assert np.round(model.inconsistencies[:3], 6).tolist() == [2.049628, 1.603493, 1.484899]


def test_simulated_listeners_get_their_biases_and_inconsistencies_back():
    biases = np.linspace(-0.6, 0.6, 20)
    unsteady = np.tile([0.3, 0.6, 0.9, 1.2], 5)

    model = fit_listener_model(*as_columns(simulated_scores(400, biases, unsteady)))

    assert model.biases == pytest.approx(biases, abs=0.15)
    assert model.inconsistencies == pytest.approx(unsteady, abs=0.12)


def test_an_unsteady_listener_weighs_less_than_in_the_mean():
    biases, unsteady = np.zeros(12), np.array([3.0, *[0.3] * 11])
    generator = np.random.default_rng(2)
    qualities = generator.uniform(1.5, 4.5, (100, 1))
    scores = qualities + biases + unsteady * generator.normal(size=(100, 12))

    model = fit_listener_model(*as_columns(scores))

    wrong_by_model = np.abs(model.qualities - qualities[:, 0]).mean()
    assert wrong_by_model < 0.5 * np.abs(scores.mean(axis=1) - qualities[:, 0]).mean()


def test_two_panels_that_share_no_sound_cannot_be_compared():
    scores = np.full((4, 4), np.nan)
    scores[:2, :2], scores[2:, 2:] = [[1, 2], [3, 5]], [[4, 2], [3, 1]]

    with pytest.raises(ListenersAreNotConnected, match="2 groups that share no sound"):
        fit_listener_model(*as_columns(scores))


def test_a_listener_whom_the_model_gives_all_weight_is_refused():
    scores = simulated_scores(40, np.zeros(4), np.array([0.2, 1.5, 1.5, 1.5]))

    with pytest.raises(ListenerModelDidNotConverge, match="gives one listener all weight"):
        fit_listener_model(*as_columns(scores))


def test_listeners_screened_by_bt500_are_those_of_sureal():
    """sureal 0.9.0, subject_rejection on p910_sample_data.csv: 0 and 1, shares .126582 and .151899; with bias_offset
    (P.913, 12.4) 1 and 2, shares .189873 and .050633; on the small data 0, and nobody with bias_offset."""
    columns = as_columns(netflix("p910_sample_data"))

    bt500 = screened_by_bt500(*columns)
    p913 = screened_by_bt500(without_bias(*columns), *columns[1:])

    assert np.flatnonzero(bt500["is_rejected"]).tolist() == [0, 1]
    assert bt500["share"][:2].round(6).tolist() == [0.126582, 0.151899]
    assert np.flatnonzero(p913["is_rejected"]).tolist() == [1, 2]
    assert p913["share"][1:3].round(6).tolist() == [0.189873, 0.050633]


def test_means_without_rejected_listeners_are_those_of_sureal():
    """sureal 0.9.0 on p910_sample_data.csv: sum of the means with subject_rejection 281.2807971, the first 4.75,
    4.791667, 4.625; with bias_offset as well 279.9867532, the first 4.751472, 4.626472, 4.543139."""
    by_stimulus = listener_bias(as_ratings(netflix("p910_sample_data")))["by_stimulus"]

    assert round(by_stimulus["bt500_mean"].sum(), 7) == 281.2807971
    assert by_stimulus["bt500_mean"][:3].round(6).tolist() == [4.75, 4.791667, 4.625]
    assert round(by_stimulus["p913_mean"].sum(), 7) == 279.9867532
    assert by_stimulus["p913_mean"][:3].round(6).tolist() == [4.751472, 4.626472, 4.543139]


def test_who_scores_high_is_biased_and_not_rejected():
    generator = np.random.default_rng(4)
    scores = generator.uniform(1.5, 4, (60, 1)) + 0.4 * generator.normal(size=(60, 15))
    scores[:, 0] += 0.6

    screened = screened_by_bt500(*as_columns(scores))

    assert screened.loc[0, "share"] > 0.15
    assert not screened["is_rejected"].any()


def test_four_ratings_of_a_sound_are_too_few_for_the_model_and_there_is_no_number():
    """vcc2020: 4.4 ratings a file; field notes: sureal gives a listener inconsistency 0 and a "MOS" of 5.26 there."""
    table = pd.read_csv(published("vcc2020", "english_naturalness.csv.gz"))
    valid = table[table["state"] == "Valid"].head(3_000)
    constants = {name: value for name, value in rating().items() if name not in ("score", "response")}
    frame = pd.DataFrame(constants, index=valid.index).assign(
        listener=valid["listener"], session=valid["listener"], clip_key=valid["sample"], trial_order=range(len(valid)),
        score=valid["score"].astype(float), response=valid["score"].astype(str),
    )  # fmt: skip

    with pytest.raises(NoRatings, match=r"here a sound has \d\.\d listeners"):
        listener_bias(frame)


def test_every_method_is_fitted_by_itself_and_one_that_cannot_be_says_why():
    acr = as_ratings(simulated_scores(30, np.linspace(-0.5, 0.5, 14), np.full(14, 0.2)).clip(1, 5))
    dcr = as_ratings(simulated_scores(30, np.zeros(4), np.full(4, 0.4)).clip(1, 5), method="dcr", block=1)

    tables = listener_bias(pd.concat([acr, dcr], ignore_index=True))

    methods = tables["by_method"].set_index("test_method")
    assert methods.loc["acr", "note"] == ""
    assert methods.loc["acr", "low"] < np.std(np.linspace(-0.5, 0.5, 14), ddof=1) < methods.loc["acr", "high"]
    assert np.isnan(methods.loc["dcr", "estimate"])
    assert "here a sound has 4.0 listeners" in methods.loc["dcr", "note"]
    assert set(tables["by_listener"]["test_method"]) == {"acr"}


def test_sounds_that_few_heard_and_listeners_who_heard_few_are_left_out():
    scores = simulated_scores(30, np.linspace(-0.5, 0.5, 14), np.full(14, 0.4)).clip(1, 5)
    scores[:5, 7:] = np.nan
    scores[19:, 0] = np.nan

    tables = listener_bias(as_ratings(scores))

    assert tables["by_stimulus"]["clip_key"].tolist() == [f"s{number:04}" for number in range(5, 30)]
    assert tables["by_listener"]["listener"].tolist() == [f"l{number:03}" for number in range(1, 14)]
    assert tables["by_method"]["n"].iloc[0] == 25 * 13


def test_intervals_of_biases_and_inconsistencies_hold_the_truth():
    biases, unsteady = np.linspace(-0.8, 0.8, 40), np.tile([0.4, 0.8], 20)
    ratings = as_ratings(simulated_scores(60, biases, unsteady), scale_min=-5.0, scale_max=10.0)

    table = listener_bias(ratings)["by_listener"]

    assert ((table["low"] < biases) & (biases < table["high"])).mean() >= 0.9
    assert ((table["inconsistency_low"] < unsteady) & (unsteady < table["inconsistency_high"])).mean() > 0.85


def test_equal_answers_have_no_bias_and_no_inconsistency():
    tables = listener_bias(as_ratings(np.full((20, 12), 4.0)))

    assert (tables["by_listener"]["estimate"] == 0).all()
    assert (tables["by_listener"]["inconsistency"] == 0).all()
    assert (tables["by_stimulus"]["estimate"] == 4).all()
