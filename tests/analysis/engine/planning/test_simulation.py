import numpy as np
import pandas as pd
import pytest

from analysis.engine.comparisons import pair_variances
from analysis.engine.intervals import two_way_interval, wilson_interval
from analysis.engine.planning.designs import Design, Variances
from analysis.engine.planning.simulation import batches, quantile_of, share_of, simulated_scores, two_way_errors

DESIGNS = [
    Design(7, 5),
    Design(7, 5, matched=0.5),
    Design(9, 6, heard=2),
    Design(9, 6, 0.4, heard=4),
    Design(3, 8, heard=2),
]


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_standard_errors_of_differences_are_those_that_real_studies_get(design):
    scores = simulated_scores(design, Variances(listener_by_system=0.05), np.random.default_rng(1), studies=3)
    influences = (scores - scores.mean(axis=2, keepdims=True)) / design.ratings * np.array([[[1], [-1]]])

    errors = two_way_errors(influences, design)

    for study, error in zip(scores, errors, strict=True):
        assert error == pytest.approx(_error_of_difference(study, design), rel=1e-9)


def _error_of_difference(study, design):
    place = np.tile(np.arange(design.ratings), 2)
    systems = np.repeat([0, 1], design.ratings)
    items = place % design.stimuli_rated
    stimuli = items if design.matched else items + systems * design.stimuli_rated
    variances = pair_variances(study.ravel(), systems, place // design.each, stimuli)
    squared = float(variances.two_way[0, 1])
    one_way = max(float(variances.by_listener[0, 1]), float(variances.by_stimulus[0, 1]))
    return (squared if squared > 0 else one_way) ** 0.5


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_standard_errors_of_means_are_those_that_real_studies_get(design):
    scores = simulated_scores(design, Variances(), np.random.default_rng(2), studies=3, systems=1)
    influences = (scores - scores.mean(axis=2, keepdims=True)) / design.ratings

    errors = two_way_errors(influences, design)

    places = np.arange(design.ratings)
    levels = [pd.Series(codes) for codes in (places // design.each, places % design.stimuli_rated)]
    expected = [two_way_interval(study[0], *levels, 0.95).standard_error for study in scores]
    assert errors == pytest.approx(expected, rel=1e-9)


def test_simulated_ratings_vary_as_much_as_they_are_told():
    variances = Variances(listener=0.3, stimulus=0.2, residual=0.4, listener_by_system=0.1)

    scores = simulated_scores(Design(4, 3, matched=0.5), variances, np.random.default_rng(3), studies=40_000)

    cells = scores.reshape(-1, 2, 4, 3)
    same_listener = (cells[:, 0, 0, 0] * cells[:, 0, 0, 1]).mean()
    both_systems = (cells[:, 0, 0, 0] * cells[:, 1, 0, 1]).mean()
    same_stimulus = (cells[:, 0, 0, 0] * cells[:, 0, 1, 0]).mean()
    same_item = (cells[:, 0, 0, 0] * cells[:, 1, 1, 0]).mean()
    found = [scores.var(), same_listener, both_systems, same_stimulus, same_item]
    assert found == pytest.approx([1.0, 0.4, 0.3, 0.2, 0.1], abs=0.02)


def test_a_quantile_tells_how_sure_the_simulation_is():
    few, many = (quantile_of(np.random.default_rng(4).normal(size=n), 0.8) for n in (100, 10_000))

    assert few.low < 0.8416 < few.high
    assert many.low < 0.8416 < many.high
    assert many.high - many.low < (few.high - few.low) / 5


def test_a_quantile_among_too_few_studies_has_no_upper_end():
    assert quantile_of(np.arange(5.0), 0.9).high == np.inf


def test_a_share_comes_with_wilsons_interval():
    """As `intervals.wilson_interval`, which statsmodels computes."""
    found = share_of(np.arange(20) < 15)

    expected = wilson_interval(15, 20, 0.95)
    assert [found.value, found.low, found.high] == pytest.approx([0.75, expected.low, expected.high])


def test_studies_are_played_a_few_at_a_time_where_each_is_large():
    assert list(batches(5, 800_000)) == [2, 2, 1]
