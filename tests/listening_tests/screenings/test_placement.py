"""Checks stand among the samples where nobody expects them."""

import itertools

import pytest

from listening_tests.checks.placement import LEAST_DISTANCE, Placed, place_checks
from listening_tests.roles import TrialRole

WORDS = ("down", "go", "left", "no", "yes")
SAMPLES = [Placed(number, WORDS[number % 5]) for number in range(15)]
CHECKS = [Placed(100 + number, word, TrialRole.TRAP) for number, word in enumerate(("down", "", "yes"))]


@pytest.mark.parametrize("seed", range(30))
def test_samples_keep_their_order_and_no_check_comes_first_or_beside_another_or_beside_its_word(seed):
    order = place_checks(SAMPLES, CHECKS, n_repeats=0, seed=seed)

    assert [each for each in order if each.role == TrialRole.SAMPLE] == SAMPLES
    assert sorted(each.set_id for each in order if each.role == TrialRole.TRAP) == [100, 101, 102]
    assert order[0] == SAMPLES[0]
    assert not any(one.role == other.role == TrialRole.TRAP for one, other in itertools.pairwise(order))
    assert not any(one.word == other.word for one, other in itertools.pairwise(order))


@pytest.mark.parametrize("seed", range(30))
def test_a_repeat_comes_when_other_trials_have_passed(seed):
    order = place_checks(SAMPLES, CHECKS, n_repeats=3, seed=seed)

    repeats = [each for each in order if each.role == TrialRole.REPEAT]
    assert len({each.set_id for each in repeats}) == 3
    for each in repeats:
        assert order.index(each) - order.index(each.repeats) > LEAST_DISTANCE


def test_the_places_vary_with_the_seed_and_with_nothing_else():
    orders = [place_checks(SAMPLES, CHECKS, n_repeats=2, seed=seed) for seed in (1, 1, 2)]

    assert orders[0] == orders[1]
    assert orders[0] != orders[2]


def test_a_block_of_one_trial_can_be_repeated_and_checked():
    order = place_checks(SAMPLES[:1], CHECKS[:1], n_repeats=3, seed=1)

    assert order[0] == SAMPLES[0]
    assert sorted(each.role for each in order) == ["repeat", "sample", "trap"]
