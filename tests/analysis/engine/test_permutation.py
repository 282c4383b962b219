"""The permutation test against a literal one, in which every rating is relabelled by itself."""

import math
from itertools import combinations

import numpy as np
import pytest

from analysis.engine import swapped_pair
from analysis.engine.permutation import PermutationTest
from analysis.engine.rated_system import rated_systems
from analysis.engine.swapped_pair import SwappedListeners, SwappedPair

PERMUTATIONS = 60
SHARED_STIMULI = {"no stimulus": 5, "two stimuli": 3, "all stimuli": 0}


def sparse_study(generator, n_systems=2, further_stimuli=5):
    """Return scores, systems, listeners and stimuli [N] of nine listeners; some ratings are missing, some doubled.

    Each system has five stimuli, so many of them further than the system's before.
    """
    listeners, systems, numbers = (place.ravel() for place in np.indices((9, n_systems, 5)))
    kept = np.flatnonzero(generator.random(listeners.size) < 0.7)
    kept = np.append(kept, kept[:7])
    stimuli = further_stimuli * systems + numbers
    scores = generator.integers(1, 6, kept.size).astype(float)
    return scores, systems[kept], listeners[kept], stimuli[kept]


def coins(generator, n_clusters):
    return generator.random((PERMUTATIONS, n_clusters)) < 0.5


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


@pytest.mark.parametrize("further_stimuli", SHARED_STIMULI.values(), ids=SHARED_STIMULI)
@pytest.mark.parametrize("products_per_cell", [0, math.inf], ids=["few ratings", "many ratings"])
def test_stimuli_that_are_swapped_give_the_statistic_of_relabelled_ratings(
    monkeypatch, further_stimuli, products_per_cell
):
    monkeypatch.setattr(swapped_pair, "PRODUCTS_PER_CELL", products_per_cell)
    monkeypatch.setattr(swapped_pair, "CHUNK", 25)
    generator = np.random.default_rng(4)
    scores, systems, listeners, stimuli = study = sparse_study(generator, further_stimuli=further_stimuli)
    swaps = coins(generator, int(stimuli.max()) + 1)

    statistics = SwappedPair(*rated_systems(*study)).stimuli_swapped(swaps.T.astype(float))

    relabelled = [literal(scores, (systems == 0) ^ swap[stimuli], listeners, stimuli) for swap in swaps]
    assert statistics == pytest.approx(relabelled, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("further_stimuli", SHARED_STIMULI.values(), ids=SHARED_STIMULI)
def test_listeners_that_are_swapped_give_the_statistic_of_relabelled_ratings(further_stimuli):
    generator = np.random.default_rng(4)
    scores, systems, listeners, stimuli = study = sparse_study(generator, further_stimuli=further_stimuli)
    swaps = coins(generator, 9)
    pair, given = SwappedPair(*rated_systems(*study)), swaps.T.astype(float)

    swapped = [SwappedListeners.of(system, given) for system in (pair.first, pair.second)]
    statistics = pair.listeners_swapped(*swapped, pair.crossed_by_listener @ given)

    relabelled = [literal(scores, (systems == 0) ^ swap[listeners], listeners, stimuli) for swap in swaps]
    assert statistics == pytest.approx(relabelled, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("further_stimuli", SHARED_STIMULI.values(), ids=SHARED_STIMULI)
def test_each_pair_has_the_larger_share_of_relabelled_ratings_that_differ_as_much(further_stimuli):
    study = sparse_study(np.random.default_rng(6), n_systems=3, further_stimuli=further_stimuli)

    p_values = PermutationTest(*study, np.random.default_rng(1), PERMUTATIONS).p_values()

    assert p_values[np.triu_indices(3, 1)].tolist() == literal_p_values(np.random.default_rng(1), *study)


def literal_p_values(generator, scores, systems, listeners, stimuli):
    """Return the p of each pair; listeners are drawn first, then stimuli once for pairs with as many of them."""
    swaps_of_listeners, drawn, p_values = coins(generator, 9), {}, []
    for first, second in combinations(range(3), 2):
        of_pair = np.isin(systems, (first, second))
        each = [np.unique(stimuli[systems == system]) for system in (first, second)]
        order = np.array(list(dict.fromkeys(np.concatenate(each).tolist())))
        key = (len(order), len(order) < 10)
        if key not in drawn:
            labels = np.tile(np.arange(10) < 5, (PERMUTATIONS, 1))
            drawn[key] = coins(generator, len(order)) if key[1] else generator.permuted(labels, axis=1) ^ labels
        place = np.argsort(order)[np.searchsorted(np.sort(order), stimuli[of_pair])]
        is_first, part = systems[of_pair] == first, (scores[of_pair], listeners[of_pair], stimuli[of_pair])
        ways = ((swaps_of_listeners, part[1]), (drawn[key], place))
        observed = literal(part[0], is_first, *part[1:])
        statistics = [[literal(part[0], is_first ^ swap[code], *part[1:]) for swap in swaps] for swaps, code in ways]
        as_far = max(int(np.nansum(np.array(way) >= observed * (1 - 1e-9))) for way in statistics)
        p_values.append((1 + as_far) / (1 + PERMUTATIONS))
    return p_values


def test_a_pair_has_the_same_p_beside_other_systems_as_it_has_by_itself():
    generator = np.random.default_rng(7)
    scores, systems, listeners, stimuli = sparse_study(generator)
    third = (generator.integers(1, 6, 30), np.full(30, 2), np.arange(30) % 9, np.arange(30) % 5 + 10)
    beside = [np.append(one, other) for one, other in zip((scores, systems, listeners, stimuli), third, strict=True)]

    alone = PermutationTest(scores, systems, listeners, stimuli, np.random.default_rng(1), PERMUTATIONS)
    among = PermutationTest(*beside, np.random.default_rng(1), PERMUTATIONS)

    assert among.p_values()[0, 1] == alone.p_values()[0, 1]


def test_answers_that_differ_between_systems_alone_have_no_p():
    _, systems, listeners, stimuli = sparse_study(np.random.default_rng(2))

    test = PermutationTest(5.0 - 4 * systems, systems, listeners, stimuli, np.random.default_rng(1), PERMUTATIONS)

    assert np.isnan(test.p_values()).all()
