import numpy as np
import pytest

from analysis.engine.planning.designs import Design, DesignIsImpossible, PlanIsOutOfReach, Variances
from analysis.engine.planning.half_widths import (
    error_of_mean,
    floor_of_half_width,
    half_width,
    listeners_for_half_width,
    simulated_half_width,
    variances_of_share,
)
from analysis.engine.planning.simulation import simulated_scores


def test_the_error_of_a_mean_is_how_far_means_of_studies_lie_apart():
    design, variances = Design(6, 5, heard=3), Variances(listener_by_system=0.05)

    means = simulated_scores(design, variances, np.random.default_rng(1), studies=20_000, systems=1).mean(axis=2)

    assert means.std() == pytest.approx(error_of_mean(design, variances), rel=0.03)


@pytest.mark.parametrize("design", [Design(40, 20), Design(60, 30, heard=6)])
@pytest.mark.parametrize("share", [None, 0.75])
def test_simulated_intervals_are_as_wide_as_the_formula_says_and_hold_the_truth(design, share):
    variances = Variances() if share is None else variances_of_share(share)

    half, coverage = simulated_half_width(design, variances, np.random.default_rng(2), 600, share=share)

    assert half.value == pytest.approx(half_width(design, variances), rel=0.05)
    assert half.low < half.value < half.high
    assert 0.91 < coverage.value < 0.98


def test_the_listeners_for_a_width_are_the_fewest_that_reach_it():
    variances = variances_of_share(0.75)

    needed = listeners_for_half_width(0.1, 40, variances)

    assert half_width(Design(needed, 40), variances) <= 0.1 < half_width(Design(needed - 1, 40), variances)


def test_no_number_of_listeners_goes_below_the_width_that_the_stimuli_set():
    variances = variances_of_share(0.75)
    floor = floor_of_half_width(20, variances)

    with pytest.raises(PlanIsOutOfReach, match="take more stimuli"):
        listeners_for_half_width(0.99 * floor, 20, variances)
    assert half_width(Design(10**7, 20), variances) == pytest.approx(floor, rel=1e-3)


def test_simulated_answers_have_the_share_and_the_variances_asked_for():
    from analysis.engine.planning.half_widths import _latent_variances

    share, variances = 0.7, variances_of_share(0.7, 0.1, 0.25)
    latent = _latent_variances(share, variances)

    scores = simulated_scores(Design(3, 2), latent, np.random.default_rng(3), studies=60_000, systems=1)
    right = (scores < 0.5244005).reshape(-1, 3, 2).astype(float)  # The normal quantile of .7

    same_listener = np.cov(right[:, 0, 0], right[:, 0, 1])[0, 1]
    same_stimulus = np.cov(right[:, 0, 0], right[:, 1, 0])[0, 1]
    assert [right.mean(), same_listener, same_stimulus] == pytest.approx([0.7, 0.021, 0.0525], abs=0.003)


@pytest.mark.parametrize("shares", [(1.0, 0.1, 0.1), (0.0, 0.1, 0.1), (0.5, 0.6, 0.5), (0.5, -0.1, 0.5)])
def test_an_impossible_share_is_refused(shares):
    with pytest.raises(DesignIsImpossible):
        variances_of_share(*shares)
