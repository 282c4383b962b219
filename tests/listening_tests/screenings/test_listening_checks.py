"""How each check before listening decides."""

import random

import numpy
import pytest

from listening_tests.checks.items import AnsweredItem
from listening_tests.checks.spoken_digits import spoken_digits
from listening_tests.screenings.bandwidth import Bandwidth
from listening_tests.screenings.digits_in_noise import DigitsInNoise
from listening_tests.screenings.environment import Environment
from listening_tests.screenings.headphones_huggins import HeadphonesHuggins
from listening_tests.screenings.headphones_woods import HeadphonesWoods
from listening_tests.screenings.left_right import LeftRight
from listening_tests.screenings.self_report import SelfReport


def answered(check, n_right):
    """Return an attempt of which the first items are answered rightly."""
    items = check.items(random.Random(3))
    return [AnsweredItem(item, "", position < n_right) for position, item in enumerate(items)]


@pytest.mark.parametrize(
    ("check", "n_items", "pass_at"),
    [
        (HeadphonesWoods(), 6, 5),
        (HeadphonesWoods(pass_at=4), 6, 4),
        (HeadphonesHuggins(), 6, 6),
        (LeftRight(), 3, 1),
        (DigitsInNoise(), 5, 3),
        (Environment(), 4, 2),
    ],
    ids=["woods", "woods as in psynet", "huggins", "left and right", "digits in noise", "environment"],
)
def test_a_check_passes_at_so_many_right_answers_and_not_below(check, n_items, pass_at):
    assert len(check.items(random.Random(3))) == n_items
    assert check.evaluate(answered(check, pass_at)).has_passed
    assert not check.evaluate(answered(check, pass_at - 1)).has_passed


def bandwidth(*, wrong=(), **settings):
    """Return what bandwidth finds when the pairs with these two bands are answered wrongly."""
    check = Bandwidth(**settings)
    items = check.items(random.Random(1))
    return check.evaluate([AnsweredItem(item, "", set(item["pair"]) not in map(set, wrong)) for item in items])


SUPER, FULL = ("wideband", "super-wideband"), ("super-wideband", "fullband")


@pytest.mark.parametrize(
    ("wrong", "heard"), [((), "fullband"), ((FULL,), "super-wideband"), ((SUPER, FULL), "wideband")]
)
def test_bandwidth_is_as_wide_as_the_differences_heard(wrong, heard):
    assert bandwidth(wrong=wrong).detail["heard"] == heard
    assert bandwidth(wrong=wrong, least=heard).has_passed


def test_bandwidth_below_the_least_fails():
    assert not bandwidth(wrong=(FULL,), least="fullband").has_passed


@pytest.mark.parametrize("plain", [("narrowband", "fullband"), ("fullband", "fullband")])
def test_who_misses_a_plain_pair_fails_bandwidth(plain):
    assert not bandwidth(wrong=(plain,), least="wideband").has_passed


def test_a_digit_triplet_is_read_whatever_stands_between_the_digits():
    check = DigitsInNoise()

    assert check.is_right({"right": "307"}, " 3, 0 - 7")
    assert not check.is_right({"right": "307"}, "37")


def test_the_first_triplet_alone_is_clear():
    assert [item["is_clear"] for item in DigitsInNoise().items(random.Random(1))] == [True] + [False] * 4


def test_the_softest_tone_is_never_the_one_in_antiphase():
    items = [item for seed in range(50) for item in HeadphonesWoods().items(random.Random(seed))]

    assert {item["right"] for item in items} == {"1", "2", "3"}
    assert not [item for item in items if int(item["right"]) - 1 == item["antiphase"]]


def test_the_better_sound_of_a_pair_has_ten_decibels_less_noise():
    digit = spoken_digits("en").waveforms[3]

    better, worse = (
        Environment().sound({"digit": 3, "seed": 1, "right": right}, 0).waveform - digit for right in ("A", "B")
    )

    assert 20 * numpy.log10(worse.std() / better.std()) == pytest.approx(10, abs=0.01)


def test_a_language_that_is_not_accepted_fails_the_self_report():
    check = SelfReport(languages=["English"], accept={})
    (item,) = check.items(random.Random(1))

    finding = check.evaluate([AnsweredItem(item, "another", check.is_right(item, "another"))])

    assert not finding.has_passed
    assert finding.detail == {"not_accepted": ["language"]}
