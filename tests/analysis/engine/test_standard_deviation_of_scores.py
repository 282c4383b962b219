"""The SOS hypothesis: how the spread of scores follows from their mean."""

import math

import numpy as np
import pandas as pd
import pytest

from analysis.engine.ratings import NoRatings
from analysis.engine.statistics.standard_deviation_of_scores import standard_deviation_of_scores
from tests.analysis.frames import published, rating


def table_of_scores(scores: np.ndarray, **given) -> pd.DataFrame:
    """Return scores [stimuli, listeners] as ACR ratings; NaN is no rating."""
    places = [place for place in np.ndindex(scores.shape) if not np.isnan(scores[place])]
    rows = [
        rating(listener=f"l{listener:02}", clip_key=f"s{stimulus:02}", score=float(scores[stimulus, listener]),
               trial_order=stimulus, **given)
        for stimulus, listener in places
    ]  # fmt: skip
    return pd.DataFrame(rows)


def binomial_scores(n_stimuli: int, n_listeners: int, seed: int = 1) -> np.ndarray:
    """Scores of 1 and four trials: their variance is (x - 1)(5 - x) / 4 by the binomial law."""
    generator = np.random.default_rng(seed)
    chances = generator.uniform(0.05, 0.95, (n_stimuli, 1))
    return 1.0 + generator.binomial(4, chances, (n_stimuli, n_listeners))


def test_binomial_scores_have_the_parameter_of_the_binomial_law():
    parameter = standard_deviation_of_scores(table_of_scores(binomial_scores(80, 30)))["parameter"].iloc[0]

    assert parameter["estimate"] == pytest.approx(0.25, abs=0.02)
    assert parameter["low"] < 0.25 < parameter["high"]
    assert (parameter["n"], parameter["n_listeners"], parameter["n_stimuli"]) == (2400, 30, 80)


def test_the_parameter_of_a_published_test_is_that_of_least_squares():
    """sureal_nflx: 79 stimuli x 26 listeners; numpy's least squares of the variances on (x - 1)(5 - x)."""
    scores = np.loadtxt(published("sureal_nflx", "p910_sample_data.csv"), delimiter=",")

    tables = standard_deviation_of_scores(table_of_scores(scores))

    means, variances = np.nanmean(scores, axis=1), np.nanvar(scores, axis=1, ddof=1)
    expected = np.linalg.lstsq(((means - 1) * (5 - means))[:, None], variances, rcond=None)[0][0]
    assert tables["parameter"]["estimate"].iloc[0] == pytest.approx(expected, rel=1e-12)
    assert tables["by_stimulus"]["standard_deviation"].to_numpy() == pytest.approx(np.sqrt(variances))


def test_answers_at_both_ends_of_the_scale_alone_differ_as_much_as_they_can():
    scores = np.tile([1.0, 1.0, 5.0, 5.0] * 50, (2, 1))

    parameter = standard_deviation_of_scores(table_of_scores(scores))["parameter"].iloc[0]

    assert parameter["estimate"] == pytest.approx(200 / 199)


def test_listeners_who_agree_do_not_differ():
    scores = np.tile([[2.0], [3.0], [4.0]], (1, 6))

    tables = standard_deviation_of_scores(table_of_scores(scores))

    assert tables["parameter"][["estimate", "low", "high"]].iloc[0].tolist() == [0.0, 0.0, 0.0]
    assert (tables["by_stimulus"]["fitted_standard_deviation"] == 0).all()


def test_means_at_the_ends_of_the_scale_tell_nothing():
    parameter = standard_deviation_of_scores(table_of_scores(np.full((3, 6), 5.0)))["parameter"].iloc[0]

    assert math.isnan(parameter["estimate"])
    assert parameter["note"] == "every mean is an end of the scale: listeners cannot differ there"


def test_the_parameter_does_not_depend_on_the_length_of_the_scale():
    scores = binomial_scores(20, 10)
    on_five = standard_deviation_of_scores(table_of_scores(scores))["parameter"]
    slider = table_of_scores(25 * (scores - 1), scale_min=0.0, scale_max=100.0)

    on_hundred = standard_deviation_of_scores(slider)["parameter"]

    assert on_hundred["estimate"].iloc[0] == pytest.approx(on_five["estimate"].iloc[0])
    assert on_hundred["low"].iloc[0] == pytest.approx(on_five["low"].iloc[0])


def test_sounds_with_few_listeners_are_left_out_and_a_study_of_such_alone_is_refused():
    scores = binomial_scores(10, 6)
    scores[3, 3:] = np.nan

    kept = standard_deviation_of_scores(table_of_scores(scores))["by_stimulus"]

    assert len(kept) == 9
    with pytest.raises(NoRatings, match="No sound has scores of 4 listeners yet"):
        standard_deviation_of_scores(table_of_scores(binomial_scores(10, 3)))


def test_of_a_listener_who_rates_a_sound_twice_the_first_answer_counts():
    once = table_of_scores(binomial_scores(10, 6))
    again = once.assign(trial_order=once["trial_order"] + 100, score=1.0)

    both = standard_deviation_of_scores(pd.concat([once, again], ignore_index=True))

    pd.testing.assert_frame_equal(both["parameter"], standard_deviation_of_scores(once)["parameter"])


def test_methods_are_fitted_each_by_itself():
    spread, agreed = table_of_scores(binomial_scores(10, 6)), table_of_scores(np.tile([[2.0], [3.0]], (1, 6)))
    frame = pd.concat([spread, agreed.assign(method="dcr", block=1)], ignore_index=True)

    parameter = standard_deviation_of_scores(frame)["parameter"].set_index("test_method")["estimate"]

    assert parameter["acr"] > 0.1
    assert parameter["dcr"] == 0.0
