import numpy as np
import pytest

from analysis.engine.planning.designs import Design, DesignIsImpossible, PlanIsOutOfReach, Variances
from analysis.engine.planning.differences import (
    floor_of_stimuli,
    listeners_needed,
    simulated_listeners_needed,
    simulated_power,
    simulated_smallest_difference,
    smallest_detectable_difference,
)


@pytest.mark.parametrize(
    ("listeners", "stimuli", "unmatched", "matched"),
    [(20, 20, 0.363, 0.276), (50, 20, 0.346, 0.253), (100, 100, 0.146, 0.105), (1000, 10, 0.504, 0.357)],
)
def test_smallest_differences_are_those_of_the_field_notes(listeners, stimuli, unmatched, matched):
    """shared/field-notes/statistics.md, section 2, "Sample size": 80 % power at .05, matched with correlation .5."""
    found = [
        smallest_detectable_difference(Design(listeners, stimuli, correlation), Variances())
        for correlation in (0.0, 0.5)
    ]

    assert found == pytest.approx([unmatched, matched], abs=6e-4)


def test_the_listeners_needed_are_the_fewest_that_find_the_difference():
    needed = listeners_needed(0.4, 20, Variances())

    assert smallest_detectable_difference(Design(needed, 20), Variances()) <= 0.4
    assert smallest_detectable_difference(Design(needed - 1, 20), Variances()) > 0.4


def test_fewer_trials_for_each_listener_need_more_listeners():
    assert listeners_needed(0.4, 20, Variances(), heard=5) > listeners_needed(0.4, 20, Variances())


def test_no_number_of_listeners_makes_up_for_too_few_stimuli():
    with pytest.raises(PlanIsOutOfReach, match="take more stimuli"):
        listeners_needed(0.1, 10, Variances())


def test_the_floor_is_what_very_many_listeners_come_down_to():
    floor = floor_of_stimuli(10, Variances(), matched=0.5)

    assert floor == pytest.approx(smallest_detectable_difference(Design(10**7, 10, 0.5), Variances()), abs=1e-5)


@pytest.mark.parametrize(
    "design", [Design(12, 12), Design(12, 12, matched=0.5), Design(40, 15, heard=4), Design(30, 10, 0.5, heard=3)]
)
def test_simulated_studies_find_the_smallest_difference_about_as_often_as_the_formula_says(design):
    variances = Variances(listener_by_system=0.03)
    difference = smallest_detectable_difference(design, variances)

    power = simulated_power(difference, design, variances, np.random.default_rng(1), studies=1000)

    assert power.value == pytest.approx(0.8, abs=0.08)
    assert power.low < power.value < power.high


def test_the_simulated_smallest_difference_is_the_one_that_those_studies_find_with_the_power_asked_for():
    design = Design(12, 12)

    found = simulated_smallest_difference(design, Variances(), np.random.default_rng(5), studies=400)
    power = simulated_power(found.value + 1e-9, design, Variances(), np.random.default_rng(5), studies=400)

    assert power.value == pytest.approx(0.8, abs=1 / 400)
    assert found.low < smallest_detectable_difference(design, Variances()) * 1.05
    assert found.low < found.value < found.high


def test_simulated_studies_need_about_as_many_listeners_as_the_formula_says():
    by_formula = listeners_needed(0.5, 20, Variances(), heard=5)

    needed = simulated_listeners_needed(0.5, 20, Variances(), seed=1, studies=600, heard=5)

    assert needed == pytest.approx(by_formula, rel=0.25)


def test_without_a_difference_about_one_study_in_twenty_finds_one():
    found = simulated_power(0.0, Design(12, 12), Variances(), np.random.default_rng(2), studies=1000)

    assert found.value < 0.08


def test_a_listener_cannot_rate_more_stimuli_than_there_are():
    with pytest.raises(DesignIsImpossible, match="ask for fewer trials per listener, or take more stimuli"):
        Design(10, 5, heard=6)
