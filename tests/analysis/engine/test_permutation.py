"""The permutation test against a literal one, in which every rating is relabelled by itself."""

import math

import numpy as np
import pytest

from analysis.engine import swapped_pair
from analysis.engine.permutation import PermutationTest
from analysis.engine.swapped_pair import SwappedPair

PERMUTATIONS = 60


def sparse_pair(generator, n_listeners=9, has_shared_stimuli=False):
    """Return scores, systems, listeners and stimuli [N] of two systems; some ratings are missing, some doubled."""
    listeners, systems, numbers = (place.ravel() for place in np.indices((n_listeners, 2, 5)))
    kept = np.flatnonzero(generator.random(listeners.size) < 0.7)
    kept = np.append(kept, kept[:7])
    stimuli = numbers if has_shared_stimuli else 5 * systems + numbers
    scores = generator.integers(1, 6, kept.size).astype(float)
    return scores, systems[kept], listeners[kept], stimuli[kept]


def literal(scores, is_first, listeners, stimuli):
    """Return |difference of means| over its two-way cluster-robust error, rating by rating."""
    first, second = scores[is_first], scores[~is_first]
    if not len(first) or not len(second):
        return math.nan
    influences = np.where(is_first, (scores - first.mean()) / len(first), (second.mean() - scores) / len(second))

    def squares(clusters):
        sums = np.bincount(np.unique(clusters, return_inverse=True)[1], influences)
        return float((sums**2).sum()) * len(sums) / (len(sums) - 1)

    by_listener, by_stimulus = squares(listeners), squares(stimuli)
    two_way = by_listener + by_stimulus - squares(100 * listeners + stimuli)
    return abs(first.mean() - second.mean()) / math.sqrt(two_way if two_way > 0 else max(by_listener, by_stimulus))


@pytest.mark.parametrize("has_shared_stimuli", [False, True])
@pytest.mark.parametrize("few_listeners", [0, 8])
def test_every_relabelling_has_the_statistic_of_relabelled_ratings(monkeypatch, has_shared_stimuli, few_listeners):
    monkeypatch.setattr(swapped_pair, "FEW_LISTENERS", few_listeners)
    scores, systems, listeners, stimuli = sparse_pair(np.random.default_rng(4), has_shared_stimuli=has_shared_stimuli)
    swaps, given = told_to_the_pair(monkeypatch, scores, systems, listeners, stimuli)

    by_stimulus = [
        literal(scores, (systems == 0) ^ swap[stimuli].astype(bool), listeners, stimuli) for swap in swaps["stimuli"]
    ]
    by_listener = [
        literal(scores, (systems == 0) ^ swap[listeners].astype(bool), listeners, stimuli)
        for swap in swaps["listeners"]
    ]
    assert given["stimuli"] == pytest.approx(by_stimulus, rel=1e-9, nan_ok=True)
    assert given["listeners"] == pytest.approx(by_listener, rel=1e-9, nan_ok=True)


def told_to_the_pair(monkeypatch, *study):
    """Run the test of a study's two systems; return the swaps it was given, and what it made of them."""
    swaps, given = {}, {}

    def spy(name, kind):
        plain = getattr(SwappedPair, name)

        def spied(pair, swapped, *moved):
            swaps[kind], given[kind] = swapped, plain(pair, swapped, *moved)
            return given[kind]

        monkeypatch.setattr(SwappedPair, name, spied)

    spy("stimuli_swapped", "stimuli")
    spy("listeners_swapped", "listeners")
    PermutationTest(*study, np.random.default_rng(1), PERMUTATIONS).p(0, 1)
    return swaps, given


def test_a_pair_has_the_same_p_beside_other_systems_as_it_has_by_itself():
    generator = np.random.default_rng(7)
    scores, systems, listeners, stimuli = sparse_pair(generator)
    third = (generator.integers(1, 6, 30), np.full(30, 2), np.arange(30) % 9, np.arange(30) % 5 + 10)
    beside = [np.append(one, other) for one, other in zip((scores, systems, listeners, stimuli), third, strict=True)]

    alone = PermutationTest(scores, systems, listeners, stimuli, np.random.default_rng(1), PERMUTATIONS)
    among = PermutationTest(*beside, np.random.default_rng(1), PERMUTATIONS)

    assert among.p(0, 1) == alone.p(0, 1)


def test_answers_that_differ_between_systems_alone_have_no_p():
    _, systems, listeners, stimuli = sparse_pair(np.random.default_rng(2))

    test = PermutationTest(5.0 - 4 * systems, systems, listeners, stimuli, np.random.default_rng(1), PERMUTATIONS)

    assert math.isnan(test.p(0, 1))
