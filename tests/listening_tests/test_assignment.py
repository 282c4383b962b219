"""Stimuli are shared out evenly, whoever drops out."""

import random
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening_tests.assignment import Candidate, TooFewPairs, assign


def grid(n_systems, n_words, n_takes=1, counts=None):
    """Return a candidate for each system, word and take."""
    places = [(system, word) for system in range(n_systems) for word in range(n_words) for _ in range(n_takes)]
    counts = counts or [0] * len(places)
    return [Candidate(id, f"s{s}", f"w{w}", counts[id]) for id, (s, w) in enumerate(places)]


@st.composite
def situations(draw):
    """Return candidates with any counts, a number of trials that fits, and a seed."""
    shape = draw(st.tuples(st.integers(1, 5), st.integers(1, 6), st.integers(1, 3)))
    n_stimuli = shape[0] * shape[1] * shape[2]
    counts = draw(st.lists(st.integers(0, 5), min_size=n_stimuli, max_size=n_stimuli))
    return grid(*shape, counts=counts), draw(st.integers(1, shape[0] * shape[1])), draw(st.integers(0, 2**48))


def chosen_from(candidates, ids):
    by_id = {candidate.id: candidate for candidate in candidates}
    return [by_id[id] for id in ids]


@given(situations())
def test_a_listener_hears_no_word_twice_from_the_same_system(situation):
    candidates, n_trials, seed = situation

    chosen = chosen_from(candidates, assign(candidates, n_trials=n_trials, seed=seed))

    assert len(chosen) == n_trials
    assert len({candidate.pair for candidate in chosen}) == n_trials


@given(situations(), st.randoms())
def test_the_seed_alone_decides_and_not_the_order_of_the_candidates(situation, dice):
    candidates, n_trials, seed = situation
    shuffled = candidates.copy()
    dice.shuffle(shuffled)

    assert assign(candidates, n_trials=n_trials, seed=seed) == assign(shuffled, n_trials=n_trials, seed=seed)


@given(situations())
def test_the_pairs_heard_least_come_first(situation):
    candidates, n_trials, seed = situation
    totals = Counter()
    for candidate in candidates:
        totals[candidate.pair] += candidate.count

    chosen = {candidate.pair for candidate in chosen_from(candidates, assign(candidates, n_trials=n_trials, seed=seed))}

    assert sorted(totals[pair] for pair in chosen) == sorted(totals.values())[:n_trials]


@given(situations())
def test_a_word_follows_itself_only_if_it_must(situation):
    candidates, n_trials, seed = situation

    ids = assign(candidates, n_trials=n_trials, seed=seed, turn=seed)
    words = [candidate.word for candidate in chosen_from(candidates, ids)]

    commonest = max(Counter(words).values())
    n_forced = max(0, 2 * commonest - 1 - n_trials)
    assert sum(before == after for before, after in pairwise(words)) == n_forced


@given(st.integers(2, 8), st.integers(2, 10), st.integers(1, 2), st.data())
def test_systems_are_balanced_within_a_session(n_systems, n_words, n_takes, data):
    n_trials = data.draw(st.integers(1, n_systems * n_words))
    candidates = grid(n_systems, n_words, n_takes)

    chosen = chosen_from(candidates, assign(candidates, n_trials=n_trials, seed=data.draw(st.integers(0, 99))))

    per_system = Counter(candidate.system for candidate in chosen)
    assert max(per_system.values()) - min(per_system[f"s{s}"] for s in range(n_systems)) <= 1


@pytest.mark.parametrize("seed", range(20))
def test_words_are_balanced_within_a_session_of_the_demo(seed):
    candidates = grid(8, 10, 2)

    chosen = chosen_from(candidates, assign(candidates, n_trials=16, seed=seed))

    per_word = Counter(candidate.word for candidate in chosen)
    assert set(per_word.values()) <= {1, 2}
    assert len(per_word) == 10


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 3), st.data())
def test_counts_stay_within_one_of_each_other_while_nobody_drops_out(n_systems, n_words, n_takes, data):
    n_trials = data.draw(st.integers(1, n_systems * n_words))
    counts = [0] * (n_systems * n_words * n_takes)

    for seed in range(12):
        for id in assign(grid(n_systems, n_words, n_takes, counts), n_trials=n_trials, seed=seed):
            counts[id] += 1

        assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize("seed", range(5))
def test_sixty_listeners_of_whom_a_fifth_drop_out_leave_counts_within_one_of_each_other(seed):
    """Ten arrive before the places of a drop-out are free again, as when all come within a session's hours."""
    dice = random.Random(seed)
    answered, held = [0] * 160, []

    for turn in range(60):
        held = [(until, ids) for until, ids in held if until > turn]
        counts = [n + sum(id in ids for _, ids in held) for id, n in enumerate(answered)]
        ids = assign(grid(8, 10, 2, counts), n_trials=16, seed=1000 * seed + turn)
        n_done = dice.randrange(16) if turn < 48 and dice.random() < 0.25 else 16
        for id in ids[:n_done]:
            answered[id] += 1
        held.append((turn + 10, ids[n_done:]))

    assert max(answered) - min(answered) <= 1


@pytest.mark.parametrize(("n_systems", "n_trials"), [(8, 16), (4, 12), (5, 10), (3, 12)])
def test_each_system_follows_each_other_one_equally_often_over_the_sessions_of_a_study(n_systems, n_trials):
    """Two squares of an odd number of systems, and each of the other systems in turn where one row ends."""
    counts = [0] * (n_systems * 12)
    follows = Counter()

    for turn in range((1 + n_systems % 2) * n_systems * (n_systems - 1)):
        candidates = grid(n_systems, 12, counts=counts)
        chosen = chosen_from(candidates, assign(candidates, n_trials=n_trials, seed=turn, turn=turn))
        for candidate in chosen:
            counts[candidate.id] += 1
        follows.update(pairwise(candidate.system for candidate in chosen))
        assert not any(one.word == other.word for one, other in pairwise(chosen))

    assert len(follows) == n_systems * (n_systems - 1)
    assert len(set(follows.values())) == 1
    assert max(counts) - min(counts) <= 1


@given(situations(), st.integers(0, 500))
def test_the_order_changes_with_the_turn_and_the_stimuli_do_not(situation, turn):
    candidates, n_trials, seed = situation

    orders = [assign(candidates, n_trials=n_trials, seed=seed, turn=each) for each in (turn, turn + 1)]

    assert sorted(orders[0]) == sorted(orders[1])


@pytest.mark.parametrize("seed", range(5))
def test_places_lost_to_drop_outs_and_late_exclusions_are_given_anew_until_every_quota_is_reached(seed):
    """Ten listen at a time; a fifth leave their places half-way, a tenth lose all their answers when they are done."""
    dice = random.Random(seed)
    valid, running = [0] * 40, []

    for turn in range(200):
        counts = [n + sum(id in ids for ids in running) for id, n in enumerate(valid)]
        if min(counts) >= 6 and not running:
            break
        if min(counts) < 6:
            running.append(assign(grid(4, 10, counts=counts), n_trials=8, seed=1000 * seed + turn, turn=turn))
        if len(running) == 10 or min(counts) >= 6:
            ids, fate = running.pop(0), dice.random()
            for id in ids[: 0 if fate < 0.1 else 4 if fate < 0.3 else 8]:
                valid[id] += 1

    assert min(valid) >= 6
    assert max(valid) - min(valid) <= 2


def test_more_trials_than_pairs_are_refused_with_what_to_do():
    with pytest.raises(TooFewPairs, match="there are 4: ask for fewer trials"):
        assign(grid(2, 2, 5), n_trials=5, seed=1)
