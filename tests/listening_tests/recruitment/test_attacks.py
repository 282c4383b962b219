"""What somebody might try who wants to be paid twice, or without working, or to take part more often than once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from listening_tests.actions import recruitment, recruitment_bonuses, recruitment_prolific, recruitment_submissions
from listening_tests.actions.recruitment_outcomes import completion_of
from listening_tests.actions.rights import withdraw
from listening_tests.actions.session_states import screen_out
from listening_tests.actions.trials import skip_trial
from listening_tests.models import Identity, Recruitment, Session, Submission
from listening_tests.recruitment_overview import submission_rows
from tests import factories
from tests.listening_tests.consenting import agree
from tests.listening_tests.recruitment.studies import (
    PAID,
    address_for,
    begin,
    client_of,
    complete,
    from_prolific,
    make_recruited_study,
)

pytestmark = pytest.mark.django_db
OPEN_LINK = {"service": "open_link"}
BY_ID_AGAIN = {"service": "url_parameters", "allow_repeat": True}


@pytest.fixture
def study(prolific):
    return publish(prolific)


def publish(prolific, **settings):
    study, now = make_recruited_study(**{**PAID, **settings}), timezone.now()
    client = client_of(prolific)
    recruitment_prolific.create_there(study=study, client=client, address="https://here.example/", now=now)
    recruitment_prolific.move_there(study=study, client=client, action="PUBLISH", now=now)
    return study


def take_place(study, prolific, person, status="ACTIVE"):
    return prolific.somebody_arrives(Recruitment.objects.get(study=study).study_there, person, status)


def settle(study, prolific, now=None):
    now, client = now or timezone.now(), client_of(prolific)
    recruitment_submissions.sync_submissions(study=study, client=client, now=now)
    return recruitment_submissions.settle(study=study, client=client, now=now)


def answer(client, session):
    """Answer the session's next trial over HTTP; return the response."""
    trial = session.next_trial()
    sent = {"sound": trial.presentations.get().key, "answer-0": factories.values_on_offer(trial)[0]}
    return client.post(reverse("trial", args=[session.key]), sent)


def finish(session):
    Session.objects.filter(pk=session.pk).update(state="listening")
    session.refresh_from_db()
    factories.answer_trials(session, n_trials=3)


# Completion codes


def test_a_code_that_was_passed_on_pays_nobody_who_has_not_come(prolific, study):
    take_place(study, prolific, "idler", "AWAITING REVIEW")

    assert settle(study, prolific) == (0, 0)


def test_a_code_that_was_passed_on_pays_nobody_who_has_not_finished(prolific, study):
    begin(study, "idler", take_place(study, prolific, "idler", "AWAITING REVIEW"))

    assert settle(study, prolific) == (0, 0)


def test_the_code_of_those_who_finish_is_told_to_nobody_else(client, prolific, study):
    codes = recruitment.recruitment_of(study=study, now=timezone.now()).codes
    session = begin(study, "somebody", "submission1")
    screen_out(session=session, is_paid=True, now=timezone.now())

    told = client.get(reverse("thanks", args=[session.key])).content.decode()

    assert codes["completed"] not in told
    assert codes["screened_out"] in told or completion_of(session).code in told


@pytest.mark.parametrize("take", [begin, complete])
def test_who_withdraws_is_paid_by_a_person_for_nobody_can_see_the_work_any_more(prolific, study, take):
    session = take(study, "somebody", take_place(study, prolific, "somebody", "AWAITING REVIEW"))
    withdraw(session=session, now=timezone.now())

    assert settle(study, prolific) == (0, 0)

    recruitment_submissions.approve(submission=Submission.objects.get(), client=client_of(prolific), now=timezone.now())
    assert Submission.objects.get().state == "APPROVED"


@pytest.mark.parametrize(("n_skipped", "settled"), [(0, (1, 0)), (1, (0, 0)), (4, (0, 0))])
def test_who_skips_the_sounds_is_not_paid_unseen(prolific, study, n_skipped, settled):
    session = begin(study, "skipper", take_place(study, prolific, "skipper", "AWAITING REVIEW"))
    Session.objects.filter(pk=session.pk).update(state="listening")
    session.refresh_from_db()
    for _ in range(n_skipped):
        skip_trial(session=session, trial=session.next_trial(), reason="cannot be decoded", now=timezone.now())
    factories.answer_trials(session, n_trials=4 - n_skipped)

    assert settle(study, prolific) == settled
    assert (f"{n_skipped} of 4 trials skipped" in submission_rows(study)[0].outcome) == (n_skipped > 0)


# Ids in the address


def test_one_submission_brings_no_second_session_under_another_name(client, study):
    agree(client, from_prolific(study, "somebody", "submission1"))

    response = Client().get(from_prolific(study, "made up", "submission1"))

    assert response.status_code == 409
    assert "somebody else’s" in response.content.decode()
    assert Session.objects.count() == 1


def test_a_session_is_not_moved_to_the_submission_of_another(client, study):
    begin(study, "victim", "submission1")
    thief = begin(study, "thief", "submission2")

    assert client.get(from_prolific(study, "thief", "submission1")).status_code == 409
    assert Identity.objects.get(listener=thief.listener).submission == "submission2"


def test_made_up_ids_fill_no_quota_and_pay_nobody(prolific, study):
    submission = take_place(study, prolific, "somebody", "AWAITING REVIEW")
    complete(study, "made up", submission)

    assert settle(study, prolific) == (0, 0)
    assert Session.objects.get().exclusion == "not_sent_by_prolific"


def test_submissions_that_prolific_does_not_know_are_excluded_after_an_hour(prolific, study):
    session, now = complete(study, "made up", "made up too"), timezone.now()

    settle(study, prolific, now + timedelta(minutes=50))
    session.refresh_from_db()
    assert session.excluded_at is None
    settle(study, prolific, now + timedelta(minutes=70))

    session.refresh_from_db()
    assert session.exclusion == "not_sent_by_prolific"


def test_whom_prolific_sent_is_no_stranger(prolific, study):
    session = complete(study, "somebody", take_place(study, prolific, "somebody", "AWAITING REVIEW"))

    settle(study, prolific, timezone.now() + timedelta(hours=3))

    session.refresh_from_db()
    assert session.excluded_at is None


# Coming back


def test_a_returned_submission_that_comes_back_goes_nowhere(client, prolific, study):
    session = begin(study, "somebody", take_place(study, prolific, "somebody"))
    finish(session)
    now = timezone.now()
    name = session.listener.identity.submission
    for number, state in enumerate(("RETURNED", "ACTIVE")):
        recruitment_submissions.receive_event(event=f"e{number}", submission=name, state=state, at=now, now=now)

    assert answer(client, session).status_code == 410
    assert client.get(from_prolific(study, "somebody", name)).status_code == 409
    assert Submission.objects.get().state == "ACTIVE"
    assert Session.objects.completed_or_running(timezone.now()).count() == 0


def test_who_timed_out_cannot_complete_any_more_and_gets_no_code(client, prolific, study):
    submission = take_place(study, prolific, "late")
    session = begin(study, "late", submission)
    finish(session)
    prolific.set_status(submission, "TIMED-OUT")
    settle(study, prolific)

    assert answer(client, session).status_code == 410
    prolific.set_status(submission, "AWAITING REVIEW")
    assert settle(study, prolific) == (0, 0)
    session.refresh_from_db()
    assert session.completion_code == ""


def test_who_completed_just_before_the_time_out_is_paid_once_they_hand_in_the_code(prolific, study):
    submission = take_place(study, prolific, "just in time")
    complete(study, "just in time", submission)
    prolific.set_status(submission, "TIMED-OUT")
    assert settle(study, prolific) == (0, 0)

    prolific.set_status(submission, "AWAITING REVIEW")

    assert settle(study, prolific) == (1, 0)


def test_who_was_screened_out_gets_no_second_try_in_the_same_browser(client):
    study = make_recruited_study(**OPEN_LINK)
    agree(client, address_for(study))
    session = Session.objects.get()
    screen_out(session=session, is_paid=False, now=timezone.now())

    again = agree(client, address_for(study), anew="yes")

    assert again.headers["Location"] == reverse("session", args=[session.key])
    assert client.get(address_for(study)).headers["Location"] == reverse("session", args=[session.key])
    assert Session.objects.count() == 1


@pytest.mark.parametrize("ending", ["screened_out", "withdrawn"])
def test_who_was_screened_out_or_withdrew_does_not_take_part_again_for_a_second_pay(client, ending):
    study = make_recruited_study(**BY_ID_AGAIN)
    session, now = begin(study, "somebody"), timezone.now()
    if ending == "screened_out":
        screen_out(session=session, is_paid=True, now=now)
    else:
        withdraw(session=session, now=now)

    response = agree(client, address_for(study, id="somebody"))

    assert response.headers["Location"] == reverse("session", args=[session.key])
    assert Session.objects.filter(listener__identity__isnull=False).count() == 1


def test_one_submission_is_one_taking_part_where_a_study_may_be_taken_again(client, prolific):
    study = publish(prolific, allow_repeat=True)
    done = complete(study, "somebody", "submission1")

    response = agree(client, from_prolific(study, "somebody", "submission1"))
    agree(client, from_prolific(study, "somebody", "submission2"))

    assert response.headers["Location"] == reverse("session", args=[done.key])
    assert Session.objects.count() == 2


def test_an_id_carried_into_another_study_changes_nothing_there_nor_here(prolific, study):
    other = publish(prolific)
    submission = take_place(study, prolific, "somebody")
    session = begin(study, "somebody", submission)
    begin(other, "somebody", submission)
    settle(study, prolific)
    now = timezone.now()

    recruitment_submissions.receive_event(event="e", submission=submission, state="RETURNED", at=now, now=now)

    session.refresh_from_db()
    assert session.has_expired(now)
    assert not other.submissions.exists()


# Bonuses and reviews


def approved_with_bonus(prolific):
    study = publish(prolific, bonus_budget=500)
    complete(study, "somebody", take_place(study, prolific, "somebody", "AWAITING REVIEW"))
    settle(study, prolific)
    return study


def test_bonuses_that_two_announce_are_paid_once(prolific):
    study, client = approved_with_bonus(prolific), client_of(prolific)
    one, other = (recruitment_bonuses.announce_bonuses(study=study, client=client, amount=50) for _ in range(2))

    recruitment_bonuses.pay_bonuses(study=study, client=client, bonuses=one)
    with pytest.raises(recruitment_bonuses.BonusesWereJustPaid):
        recruitment_bonuses.pay_bonuses(study=study, client=client, bonuses=other)

    assert [payment["paid"] for payment in prolific.bulk_payments.values()] == [True, False]


def test_settling_twice_approves_once(prolific, study):
    complete(study, "somebody", take_place(study, prolific, "somebody", "AWAITING REVIEW"))

    assert [settle(study, prolific) for _ in range(2)] == [(1, 0), (0, 0)]
