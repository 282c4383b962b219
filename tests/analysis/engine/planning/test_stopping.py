import numpy as np
import pytest

from analysis.engine.planning.designs import Design, Variances
from analysis.engine.planning.stopping import coverage_of_stopping, error_of_peeking, may_stop


def test_a_study_may_stop_when_every_interval_is_known_and_narrow_enough():
    assert may_stop(np.array([0.1, 0.25]), 0.25)
    assert not may_stop(np.array([0.1, 0.26]), 0.25)
    assert not may_stop(np.array([0.1, np.nan]), 0.25)


def test_ten_looks_at_significance_multiply_its_error():
    """Armitage, McPherson & Rowe 1969, table 2: .193 for ten looks at .05; one look keeps .05."""
    assert error_of_peeking(10, np.random.default_rng(3)) == pytest.approx(0.193, abs=0.01)
    assert error_of_peeking(1, np.random.default_rng(4)) == pytest.approx(0.05, abs=0.006)


def test_stopping_at_a_width_hardly_touches_coverage():
    """shared/field-notes/statistics.md, section 2, "Sequential stopping": stop at half-width .25: coverage .943."""
    stopped = coverage_of_stopping(0.25, Design(100, 20), Variances(), np.random.default_rng(1), studies=400)

    assert stopped.coverage.value == pytest.approx(0.95, abs=0.025)
    assert 20 < stopped.listeners.value < 60
    assert stopped.in_time.value > 0.9


def test_a_width_that_the_stimuli_do_not_allow_is_never_reached():
    stopped = coverage_of_stopping(0.05, Design(30, 10), Variances(), np.random.default_rng(2), studies=50)

    assert stopped.in_time.value == 0
    assert stopped.listeners.value == 30
