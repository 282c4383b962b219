"""Systems follow each other as Williams (1949) has it."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening_tests.system_order import system_order, williams_row


def test_the_square_of_four_is_the_published_one():
    """The usual example of a Williams square of order 4: A B D C and its cyclic shifts."""
    assert [williams_row(first, 4) for first in range(4)] == [[0, 1, 3, 2], [1, 2, 0, 3], [2, 3, 1, 0], [3, 0, 2, 1]]


@pytest.mark.parametrize("n", range(2, 12))
def test_over_its_squares_each_number_follows_each_other_one_equally_often(n):
    squares = (False, True) if n % 2 else (False,)

    rows = [williams_row(first, n, mirrored=mirrored) for mirrored in squares for first in range(n)]

    follows = Counter(pair for row in rows for pair in pairwise(row))
    assert follows == dict.fromkeys(((a, b) for a in range(n) for b in range(n) if a != b), len(squares))
    assert all(sorted(place) == sorted([*range(n)] * len(squares)) for place in zip(*rows, strict=True))


@pytest.mark.parametrize("n", range(2, 9))
@pytest.mark.parametrize("n_runs", [1, 2, 3])
def test_rows_one_after_the_other_are_balanced_too(n, n_runs):
    """With n - 1 times as many sessions as rows; the number expected is all pairs over all ordered pairs of systems."""
    counts = dict.fromkeys(map(str, range(n)), n_runs)
    n_sessions = (1 + n % 2) * n * (n - 1)

    follows = Counter(pair for turn in range(n_sessions) for pair in pairwise(system_order(counts, turn=turn)))

    assert set(follows.values()) == {n_sessions * (n * n_runs - 1) // (n * (n - 1))}
    assert len(follows) == n * (n - 1)


@given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 4)), st.integers(0, 1000))
def test_each_system_comes_as_often_as_it_is_due(counts, turn):
    assert Counter(system_order(counts, turn=turn)) == Counter(counts)


@given(st.integers(1, 9), st.integers(0, 1000))
def test_where_systems_are_due_unequally_each_still_comes_first_equally_often(n, start):
    counts = {str(system): 1 + system % 2 for system in range(n)}

    firsts = [system_order(counts, turn=start * n + turn)[0] for turn in range(n)]

    assert sorted(firsts) == sorted(counts)
