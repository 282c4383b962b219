"""Rules over what was recorded: each fails what it is for, passes what it is not for, and says its numbers."""

import pytest

from listening_tests.roles import TrialRole
from listening_tests.screenings.gold import Gold
from listening_tests.screenings.hidden_tab import HiddenTab
from listening_tests.screenings.repeats import Repeats
from listening_tests.screenings.straight_lining import StraightLining
from listening_tests.screenings.too_fast import TooFast
from tests.listening_tests.screenings.records import make_trial, make_word_trial

VARIED = (1.0, 5.0, 3.0, 4.0, 2.0, 5.0)


def test_answers_before_the_sound_could_end_are_too_fast():
    record = [make_trial(0, seconds=0.74), make_trial(1, seconds=0.76), make_trial(2, seconds=0.2)]

    finding = TooFast(fails_at=2).evaluate(record)

    assert not finding.has_passed
    assert finding.detail["too_fast"] == [0, 2]


def test_a_single_answer_that_is_too_fast_passes_unless_the_study_says_otherwise():
    record = [make_trial(0, seconds=0.1), make_trial(1)]

    assert TooFast().evaluate(record).has_passed
    assert not TooFast(fails_at=1).evaluate(record).has_passed


def test_so_many_equal_answers_running_are_straight_lining():
    record = [make_word_trial(position) for position in range(4)]

    assert StraightLining(longest_run=5).evaluate(record).has_passed
    assert not StraightLining(longest_run=4).evaluate(record).has_passed


def test_a_run_ends_with_its_block():
    record = [make_word_trial(position, block=position // 3) for position in range(6)]

    assert StraightLining(longest_run=3).evaluate(record).detail["run"] == 3


def test_scores_that_hardly_vary_are_straight_lining():
    record = [make_trial(position, 3.0 + (position == 7)) for position in range(24)]

    finding = StraightLining(longest_run=100).evaluate(record)

    # One 4 among twenty-three 3s: a variance of 1/24.
    assert finding.detail["variance"] == pytest.approx(1 / 24, abs=1e-6)
    assert not finding.has_passed


def test_variance_is_that_of_five_points_whatever_the_scale():
    hundred = [make_trial(i, (score - 1) * 25, scale=(0.0, 100.0)) for i, score in enumerate(VARIED)]
    five = [make_trial(i, score) for i, score in enumerate(VARIED)]

    assert StraightLining().evaluate(hundred).detail == StraightLining().evaluate(five).detail


def test_a_few_scores_are_no_ground_for_straight_lining():
    assert StraightLining().evaluate([make_trial(position, 3.0) for position in range(4)]).has_passed


def test_only_samples_count_for_straight_lining():
    checks = [make_trial(10 + position, 5.0, role=TrialRole.TRAP) for position in range(12)]

    assert StraightLining().evaluate([make_trial(i, score) for i, score in enumerate(VARIED)] + checks).has_passed


def test_pages_hidden_while_a_sound_played_fail_when_there_are_enough_of_them():
    record = [make_trial(0, hidden_seconds=0.4), *(make_trial(position, hidden_seconds=2.0) for position in (1, 2))]

    finding = HiddenTab(fails_at=2).evaluate(record)

    assert not finding.has_passed
    assert finding.detail["hidden"] == [1, 2]
    assert HiddenTab(fails_at=3).evaluate(record).has_passed


def test_repeats_too_far_from_the_first_answers_fail():
    firsts = [make_trial(0, 1.0), make_trial(1, 5.0), make_trial(2, 3.0)]
    again = [
        make_trial(3, 4.0, role=TrialRole.REPEAT, repeats=0),
        make_trial(4, 2.0, role=TrialRole.REPEAT, repeats=1),
        make_trial(5, 5.0, role=TrialRole.REPEAT, repeats=2),
    ]

    finding = Repeats().evaluate(firsts + again)

    assert not finding.has_passed
    assert finding.detail["failed_trials"] == [3, 4]


def test_a_repeat_with_another_word_fails():
    first = make_word_trial(0, "left")
    same = make_word_trial(1, "left", role=TrialRole.REPEAT, repeats=0)
    other = make_word_trial(1, "right", role=TrialRole.REPEAT, repeats=0)

    assert Repeats(fails_at=1).evaluate([first, same]).has_passed
    assert not Repeats(fails_at=1).evaluate([first, other]).has_passed


def test_a_repeat_of_a_skipped_trial_is_not_held_against_anybody():
    assert Repeats(fails_at=1).evaluate([make_trial(1, 5.0, role=TrialRole.REPEAT, repeats=0)]).has_passed


@pytest.mark.parametrize(("score", "has_passed"), [(5.0, True), (4.0, True), (3.0, False)])
def test_gold_is_passed_within_its_tolerance(score, has_passed):
    record = [make_trial(0, score, role=TrialRole.GOLD, expected="5", tolerance=1.0), make_trial(1, 1.0)]

    assert Gold(system="natural").evaluate(record).has_passed is has_passed


def test_gold_of_words_must_be_the_word():
    def judged(word):
        return Gold(system="natural").evaluate([make_word_trial(0, word, role=TrialRole.GOLD, expected="left")])

    assert judged("left").has_passed
    assert not judged("right").has_passed


def test_a_session_without_trials_passes_every_rule():
    for rule in (TooFast(), StraightLining(), HiddenTab(), Repeats(), Gold(system="natural")):
        assert rule.evaluate([]).has_passed
