"""What is put together in one trial, and in which order."""

from collections import Counter

import pytest

from listening_tests.methods import METHODS
from listening_tests.roles import Role
from listening_tests.stimulus_sets import Member, SetsCannotBeMade, arrange, compose_sets

WORDS = ("go", "no")


def members(systems, roles=(Role.SAMPLE,), words=WORDS, takes=1):
    made = [
        (role, system, word, take) for role in roles for system in systems for word in words for take in range(takes)
    ]
    return [Member(number, *each) for number, each in enumerate(made)]


def systems_of(sets):
    return Counter(planned.system for planned in sets)


def test_single_sounds_are_rated_one_by_one():
    sets = compose_sets(METHODS["acr"], members("ab", takes=3), seed=1)

    assert systems_of(sets) == {"a": 6, "b": 6}
    assert all(len(planned.members) == 1 for planned in sets)


def test_each_sample_stands_beside_the_reference_of_its_word_and_take():
    given = members("ab", takes=2) + [
        Member(100 + each.id, Role.REFERENCE, "natural", each.word, each.take) for each in members("r", takes=2)
    ]

    sets = compose_sets(METHODS["dcr"], given, seed=1)

    assert systems_of(sets) == {"a": 4, "b": 4}
    for planned in sets:
        reference, sample = planned.members
        assert (reference.role, sample.role) == (Role.REFERENCE, Role.SAMPLE)
        assert (reference.word, reference.take) == (sample.word, sample.take)


def test_every_pair_of_systems_is_compared_for_every_word():
    sets = compose_sets(METHODS["ab"], members("abc"), seed=1)

    assert systems_of(sets) == {"a+b": 2, "a+c": 2, "b+c": 2}


def test_all_versions_of_a_word_stand_side_by_side():
    given = members("ab")
    for role, system in (
        (Role.REFERENCE, "r"), (Role.HIDDEN_REFERENCE, "r"), (Role.ANCHOR, "low"), (Role.ANCHOR, "mid"),
    ):  # fmt: skip
        given += [Member(50 + len(given), role, system, word) for word in WORDS]

    sets = compose_sets(METHODS["mushra"], given, seed=1)

    assert systems_of(sets) == {"a+b": 2}
    assert all(len(planned.members) == 6 for planned in sets)


@pytest.mark.parametrize("n_systems", [5, 8])
def test_of_many_systems_each_is_among_the_best_and_worst_equally_often(n_systems):
    sets = compose_sets(METHODS["best_worst"], members("abcdefgh"[:n_systems]), seed=1)

    seen = Counter(member.system for planned in sets for member in planned.members)
    assert len(sets) == n_systems * len(WORDS)
    assert set(seen.values()) == {4 * len(WORDS)}
    assert all(len({member.system for member in planned.members}) == 4 for planned in sets)


def test_a_word_that_one_side_lacks_is_left_out_and_none_at_all_is_refused():
    references = [Member(90, Role.REFERENCE, "natural", "go")]

    sets = compose_sets(METHODS["dcr"], [*members("a"), *references], seed=1)

    assert [planned.word for planned in sets] == ["go"]
    with pytest.raises(SetsCannotBeMade, match="no word for which all its sounds are there"):
        compose_sets(METHODS["dcr"], members("a"), seed=1)


def test_x_is_one_of_the_two_and_which_one_and_their_order_are_drawn():
    first, second = members("ab", words=("go",))

    arranged = [arrange(METHODS["abx"], [first, second], seed=seed) for seed in range(40)]

    assert all([name for _member, name in each] == ["A", "B", "X"] for each in arranged)
    assert {(each[0][0].system, each[2][0].system) for each in arranged} == {
        ("a", "a"), ("a", "b"), ("b", "a"), ("b", "b"),
    }  # fmt: skip
    assert arranged[7] == arrange(METHODS["abx"], [first, second], seed=7)


def test_an_open_reference_comes_first_and_the_others_have_letters_that_tell_nothing():
    group = [Member(1, Role.REFERENCE, "r", "go"), Member(2, Role.HIDDEN_REFERENCE, "r", "go")]
    group += [Member(3, Role.ANCHOR, "low", "go"), Member(4, Role.SAMPLE, "a", "go")]

    arranged = [arrange(METHODS["mushra"], group, seed=seed) for seed in range(30)]

    assert all([name for _member, name in each] == ["Reference", "A", "B", "C"] for each in arranged)
    assert {each[1][0].role for each in arranged} == {Role.HIDDEN_REFERENCE, Role.ANCHOR, Role.SAMPLE}
