import numpy as np
import pytest

from analysis.engine.planning.stopping import error_of_peeking, may_stop


def test_a_study_may_stop_when_every_interval_is_known_and_narrow_enough():
    assert may_stop(np.array([0.1, 0.25]), 0.25)
    assert not may_stop(np.array([0.1, 0.26]), 0.25)
    assert not may_stop(np.array([0.1, np.nan]), 0.25)


def test_ten_looks_at_significance_multiply_its_error():
    """Armitage, McPherson & Rowe 1969, table 2: .193 for ten looks at .05; one look keeps .05."""
    assert error_of_peeking(10, np.random.default_rng(3)) == pytest.approx(0.193, abs=0.01)
    assert error_of_peeking(1, np.random.default_rng(4)) == pytest.approx(0.05, abs=0.006)
