"""What may follow from a failed check, as recruiters' policies have it."""

import pytest

from listening_tests.checks.kinds import Consequence, Kind
from listening_tests.checks.policy import PolicyForbids, allowed_consequences, check_policy
from listening_tests.screening import Moment
from listening_tests.screenings.comprehension import Comprehension
from listening_tests.screenings.gold import Gold
from listening_tests.screenings.instructed_response import InstructedResponse
from listening_tests.screenings.too_fast import TooFast

QUESTION = {"ask": "What will you do?", "choices": ["Listen", "Sing"], "right": "Listen"}
REJECT = "support_rejection"


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("moment", Moment)
def test_only_instructed_and_nonsensical_trials_may_support_a_rejection(kind, moment):
    may_reject = Consequence.SUPPORT_REJECTION in allowed_consequences(kind, moment)

    assert may_reject == (kind in ("instructed_response", "nonsensical") and moment != Moment.BEFORE)


@pytest.mark.parametrize("kind", Kind)
def test_only_checks_before_listening_may_screen_out(kind):
    screening_out = [moment for moment in Moment if Consequence.SCREEN_OUT in allowed_consequences(kind, moment)]

    assert screening_out == [Moment.BEFORE]


@pytest.mark.parametrize(
    "screening",
    [Gold(system="natural", consequence=REJECT), TooFast(consequence=REJECT)],
    ids=["perceptual", "statistical"],
)
def test_other_kinds_cannot_reject(screening):
    with pytest.raises(PolicyForbids, match="may support a rejection: choose exclude or note"):
        check_policy(screening, minutes=3, n_blocks=1)


def test_a_comprehension_check_cannot_reject():
    screening = Comprehension(questions=[QUESTION], consequence=REJECT)

    with pytest.raises(PolicyForbids, match="comprehension check"):
        check_policy(screening, minutes=3, n_blocks=0)


def test_a_comprehension_check_gives_two_attempts():
    screening = Comprehension(questions=[QUESTION], attempts=1)

    with pytest.raises(PolicyForbids, match="gives at least 2"):
        check_policy(screening, minutes=3, n_blocks=0)


def test_one_instructed_trial_cannot_reject_in_a_study_of_ten_minutes():
    screening = InstructedResponse(trials=1, fails_at=1, consequence=REJECT)

    with pytest.raises(PolicyForbids, match="this one takes 10"):
        check_policy(screening, minutes=10, n_blocks=1)


@pytest.mark.parametrize(("minutes", "fails_at"), [(4, 1), (5, 2), (10, 2), (10, 3)])
def test_enough_instructed_trials_may_reject(minutes, fails_at):
    screening = InstructedResponse(trials=3, fails_at=fails_at, consequence=REJECT)

    check_policy(screening, minutes=minutes, n_blocks=1)


def test_one_failure_is_too_few_from_five_minutes_on():
    screening = InstructedResponse(trials=3, fails_at=1, consequence=REJECT)

    with pytest.raises(PolicyForbids, match="set fails_at to 2"):
        check_policy(screening, minutes=5, n_blocks=1)


def test_trials_of_all_blocks_count_together():
    screening = InstructedResponse(trials=1, fails_at=2, consequence=REJECT)

    check_policy(screening, minutes=10, n_blocks=2)
    with pytest.raises(PolicyForbids, match="a session has 1 of them"):
        check_policy(screening, minutes=10, n_blocks=1)


def test_what_is_decided_at_the_end_cannot_screen_out():
    with pytest.raises(PolicyForbids, match="too late to screen out"):
        check_policy(TooFast(consequence="screen_out"), minutes=3, n_blocks=0)
