import numpy as np
import pytest

from analysis.engine.planning import (
    Design,
    DifferenceIsOutOfReach,
    Variances,
    error_of_peeking,
    listeners_needed,
    may_stop,
    simulated_power,
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


def test_no_number_of_listeners_makes_up_for_too_few_stimuli():
    with pytest.raises(DifferenceIsOutOfReach, match="take more stimuli"):
        listeners_needed(0.1, 10, Variances())


@pytest.mark.parametrize("matched", [0.0, 0.5])
def test_simulated_studies_find_the_smallest_difference_about_as_often_as_the_formula_says(matched):
    design, variances = Design(12, 12, matched), Variances(listener_by_system=0.03)
    difference = smallest_detectable_difference(design, variances)

    power = simulated_power(difference, design, variances, np.random.default_rng(1), studies=300)

    assert 0.7 < power < 0.92


def test_without_a_difference_about_one_study_in_twenty_finds_one():
    found = simulated_power(0.0, Design(12, 12), Variances(), np.random.default_rng(2), studies=300)

    assert found < 0.1


def test_a_study_may_stop_when_every_interval_is_known_and_narrow_enough():
    assert may_stop(np.array([0.1, 0.25]), 0.25)
    assert not may_stop(np.array([0.1, 0.26]), 0.25)
    assert not may_stop(np.array([0.1, np.nan]), 0.25)


def test_ten_looks_at_significance_multiply_its_error():
    """Armitage, McPherson & Rowe 1969, table 2: .193 for ten looks at .05; one look keeps .05."""
    assert error_of_peeking(10, np.random.default_rng(3)) == pytest.approx(0.193, abs=0.01)
    assert error_of_peeking(1, np.random.default_rng(4)) == pytest.approx(0.05, abs=0.006)
