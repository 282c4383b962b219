"""A study run at Prolific from here: created, published, watched, settled; over HTTP, against the stand-in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from listening_tests.actions import recruitment_bonuses, recruitment_prolific, recruitment_submissions
from listening_tests.actions.studies import close_study
from listening_tests.checks.kinds import Consequence, Kind
from listening_tests.models import Identity, Recruitment, Session, Submission
from listening_tests.recruitment.prolific.client import ProlificRefused, RejectionIsMalformed
from listening_tests.recruitment.prolific.costs import PayIsTooLow
from tests.listening_tests.recruitment.studies import (
    PAID,
    begin,
    client_of,
    complete,
    fail_attention_checks,
    make_recruited_study,
)

pytestmark = pytest.mark.django_db
ADDRESS = "https://here.example/take/study/"
REASON = (
    "Two of the sounds asked in plain words to choose a certain answer, and both times another one was chosen there."
)


def create(study, prolific):
    return recruitment_prolific.create_there(
        study=study, client=client_of(prolific), address=ADDRESS, now=timezone.now()
    )


def publish(study, prolific):
    create(study, prolific)
    return recruitment_prolific.move_there(
        study=study, client=client_of(prolific), action="PUBLISH", now=timezone.now()
    )


def sync(study, prolific, now=None):
    return recruitment_submissions.sync_submissions(study=study, client=client_of(prolific), now=now or timezone.now())


def arrive(study, prolific, person, **state):
    """Let a person take a place there and begin here; return the submission and the session."""
    there = Recruitment.objects.get(study=study).study_there
    submission = prolific.somebody_arrives(there, person, **state)
    return submission, begin(study, person, submission)


@pytest.fixture
def study(prolific):
    study = make_recruited_study()
    publish(study, prolific)
    return study


def test_a_study_is_created_there_with_its_codes_and_published(prolific):
    study = make_recruited_study(**{**PAID, "screen_outs": 3, "screen_out_reward": 20})

    kept = publish(study, prolific)

    there = prolific.studies[kept.study_there]
    assert there["status"] == kept.state_there == "ACTIVE"
    assert {code["code"] for code in there["completion_codes"]} == set(kept.codes.values())
    assert there["estimated_completion_time"] == 10
    assert there["external_study_url"].startswith(f"{ADDRESS}?PROLIFIC_PID=")


def test_a_study_is_created_there_once(prolific, study):
    with pytest.raises(recruitment_prolific.StudyIsThereAlready):
        create(study, prolific)

    assert len(prolific.studies) == 1


def test_another_services_study_is_not_created_there(prolific):
    with pytest.raises(recruitment_prolific.StudyIsNotForProlific, match="open_link"):
        create(make_recruited_study(service="open_link"), prolific)


def test_underpaid_studies_are_neither_created_nor_published(prolific):
    study = make_recruited_study(minutes=20)

    with pytest.raises(PayIsTooLow, match=r"4\.50 GBP per hour.*raise the reward to 200"):
        create(study, prolific)

    assert not prolific.studies


def test_nobody_is_sent_to_a_closed_study(prolific):
    study = make_recruited_study()
    create(study, prolific)
    close_study(study=study, now=timezone.now())

    with pytest.raises(recruitment_prolific.StudyTakesNobody, match="open it before"):
        recruitment_prolific.move_there(study=study, client=client_of(prolific), action="PUBLISH", now=timezone.now())


def test_a_study_that_is_not_there_cannot_be_moved(prolific):
    with pytest.raises(recruitment_prolific.StudyIsNotThere):
        recruitment_prolific.move_there(
            study=make_recruited_study(), client=client_of(prolific), action="PAUSE", now=timezone.now()
        )


@pytest.mark.parametrize("given_up", ["RETURNED", "TIMED-OUT"])
def test_whoever_gives_up_frees_what_they_held_at_once(prolific, study, given_up):
    submission, session = arrive(study, prolific, "somebody")
    now = timezone.now()
    assert Session.objects.completed_or_running(now).count() == 1

    prolific.set_status(submission, given_up)
    sync(study, prolific, now)

    assert Session.objects.completed_or_running(now).count() == 0
    session.refresh_from_db()
    assert session.has_expired(now)


def test_who_has_completed_keeps_what_they_did(prolific, study):
    there = Recruitment.objects.get().study_there
    submission = prolific.somebody_arrives(there, "somebody", "RETURNED")
    session = complete(study, "somebody", submission)

    sync(study, prolific)

    session.refresh_from_db()
    assert session.state == "completed"


def test_returned_submissions_never_raise_the_places(prolific):
    study = make_recruited_study(**{**PAID, "extra_places": 50})
    kept = publish(study, prolific)

    for number in range(6):
        submission, _session = arrive(study, prolific, f"person{number}")
        prolific.set_status(submission, "RETURNED")
        assert sync(study, prolific).n_places_added == 0

    assert prolific.studies[kept.study_there]["total_available_places"] == 4


def test_running_sessions_and_those_who_are_on_their_way_count_as_coming(prolific):
    study = make_recruited_study(**{**PAID, "extra_places": 50})
    kept = publish(study, prolific)
    arrive(study, prolific, "one")
    for person in ("two", "three", "four"):
        prolific.somebody_arrives(kept.study_there, person, "RESERVED")

    assert sync(study, prolific).n_places_added == 0


def test_a_late_exclusion_asks_for_exactly_the_listener_it_lost(prolific):
    study = make_recruited_study(**{**PAID, "extra_places": 2})
    kept = publish(study, prolific)
    sessions = []
    for number in range(4):
        submission = prolific.somebody_arrives(kept.study_there, f"person{number}", "AWAITING REVIEW")
        sessions.append(complete(study, f"person{number}", submission))
    assert sync(study, prolific).n_places_added == 0

    Session.objects.filter(pk=sessions[0].pk).update(excluded_at=timezone.now())

    assert sync(study, prolific).n_places_added == 1
    assert sync(study, prolific).n_places_added == 0
    assert prolific.studies[kept.study_there]["total_available_places"] == 5


def test_places_are_added_up_to_what_the_study_file_allows(prolific):
    study = make_recruited_study(**{**PAID, "places": 1, "extra_places": 2})
    kept = publish(study, prolific)

    sync(study, prolific)
    sync(study, prolific)

    assert prolific.studies[kept.study_there]["total_available_places"] == 3


def test_without_extra_places_none_are_added(prolific):
    study = make_recruited_study(**{**PAID, "places": 1})
    publish(study, prolific)

    assert sync(study, prolific).n_places_added == 0


def test_a_look_takes_over_every_page_of_submissions(prolific, study):
    for number in range(4):
        arrive(study, prolific, f"person{number}")

    synced = sync(study, prolific)

    assert (synced.n_submissions, synced.n_changed) == (4, 4)
    assert sync(study, prolific).n_changed == 0


def test_older_news_does_not_win(prolific, study):
    submission, _session = arrive(study, prolific, "somebody")
    now = timezone.now()
    record = recruitment_submissions.record_state

    record(study=study, submission=submission, state="AWAITING REVIEW", at=now)
    record(study=study, submission=submission, state="ACTIVE", at=now - timedelta(minutes=1))

    assert Submission.objects.get().state == "AWAITING REVIEW"


def test_ids_go_as_soon_as_nothing_is_to_be_paid(prolific, study):
    for person, state in (("one", "RETURNED"), ("two", "APPROVED"), ("three", "ACTIVE")):
        arrive(study, prolific, person, status=state)

    sync(study, prolific)

    assert list(Identity.objects.exclude(person="").values_list("person", flat=True)) == ["three"]


def test_whoever_has_earned_it_is_paid(prolific):
    study = make_recruited_study(**{**PAID, "screen_outs": 3, "screen_out_reward": 20})
    there = publish(study, prolific).study_there
    states = {"done": "AWAITING REVIEW", "careless": "AWAITING REVIEW", "screened": "ACTIVE", "running": "ACTIVE"}
    submissions = {person: prolific.somebody_arrives(there, person, state) for person, state in states.items()}
    complete(study, "done", submissions["done"])
    fail_attention_checks(complete(study, "careless", submissions["careless"]), 2)
    screened = begin(study, "screened", submissions["screened"])
    Session.objects.filter(pk=screened.pk).update(state="screened_out", completion_code="ABC")
    begin(study, "running", submissions["running"])
    sync(study, prolific)

    settled = recruitment_submissions.settle(study=study, client=client_of(prolific), now=timezone.now())

    assert settled == (1, 1)
    assert {person: prolific.submissions[name]["status"] for person, name in submissions.items()} == {
        "done": "APPROVED",
        "careless": "AWAITING REVIEW",
        "screened": "SCREENED OUT",
        "running": "ACTIVE",
    }


def submission_for_review(study, prolific, person="somebody"):
    there = Recruitment.objects.get(study=study).study_there
    name = prolific.somebody_arrives(there, person, "AWAITING REVIEW")
    session = complete(study, person, name)
    sync(study, prolific)
    return Submission.objects.get(submission=name), session


def reject(submission, prolific, **rejection):
    recruitment_submissions.reject(
        submission=submission,
        client=client_of(prolific),
        now=timezone.now(),
        **{"message": REASON, "category": "FAILED_CHECK", **rejection},
    )


@pytest.mark.parametrize(
    ("minutes", "n_failed", "kind", "consequence"),
    [
        (10, 0, Kind.INSTRUCTED_RESPONSE, Consequence.SUPPORT_REJECTION),
        (5, 1, Kind.INSTRUCTED_RESPONSE, Consequence.SUPPORT_REJECTION),
        (4, 0, Kind.NONSENSICAL, Consequence.SUPPORT_REJECTION),
        (4, 3, Kind.PERCEPTUAL, Consequence.EXCLUDE),
        (4, 3, Kind.INSTRUCTED_RESPONSE, Consequence.EXCLUDE),
    ],
)
def test_pay_is_not_refused_against_the_policy(prolific, minutes, n_failed, kind, consequence):
    study = make_recruited_study(minutes=minutes)
    publish(study, prolific)
    submission, session = submission_for_review(study, prolific)
    if n_failed:
        fail_attention_checks(session, n_failed, kind=kind, consequence=consequence)

    with pytest.raises(recruitment_submissions.RejectionIsNotAllowed, match="approve the submission"):
        reject(submission, prolific)

    assert prolific.submissions[submission.submission]["status"] == "AWAITING REVIEW"


@pytest.mark.parametrize(("minutes", "n_failed"), [(5, 2), (4, 1)])
def test_pay_may_be_refused_after_enough_failed_attention_checks(prolific, minutes, n_failed):
    study = make_recruited_study(minutes=minutes)
    publish(study, prolific)
    submission, session = submission_for_review(study, prolific)
    fail_attention_checks(session, n_failed)

    reject(submission, prolific)

    assert prolific.submissions[submission.submission]["status"] == "REJECTED"
    submission.refresh_from_db()
    assert submission.state == "REJECTED"


def test_a_rejection_without_a_reason_is_not_sent(prolific, study):
    submission, session = submission_for_review(study, prolific)
    fail_attention_checks(session, 2)

    with pytest.raises(RejectionIsMalformed):
        reject(submission, prolific, message="Careless.")


def test_who_never_began_here_is_not_rejected(prolific, study):
    prolific.somebody_arrives(Recruitment.objects.get().study_there, "stranger", "AWAITING REVIEW")
    sync(study, prolific)

    with pytest.raises(recruitment_submissions.SubmissionIsUnknown):
        reject(Submission.objects.get(), prolific)


def approved_study(prolific, *people, bonus_budget=500):
    study = make_recruited_study(**{**PAID, "bonus_budget": bonus_budget})
    publish(study, prolific)
    for person in people:
        submission_for_review(study, prolific, person)
    recruitment_submissions.settle(study=study, client=client_of(prolific), now=timezone.now())
    return study


def test_bonuses_are_paid_once_and_the_ids_forgotten(prolific):
    study = approved_study(prolific, "one", "two")
    client = client_of(prolific)

    bonuses = recruitment_bonuses.announce_bonuses(study=study, client=client, amount=50)
    assert not prolific.bulk_payments[bonuses.bulk]["paid"]
    recruitment_bonuses.pay_bonuses(study=study, client=client, bonuses=bonuses)

    assert prolific.bulk_payments[bonuses.bulk] == {"amount": 100, "paid": True}
    assert not Identity.objects.exclude(person="").exists()
    with pytest.raises(recruitment_bonuses.NobodyGetsBonus):
        recruitment_bonuses.announce_bonuses(study=study, client=client, amount=50)


def test_bonuses_keep_to_their_budget(prolific):
    study = approved_study(prolific, "one", "two", bonus_budget=99)

    with pytest.raises(recruitment_bonuses.BonusesExceedBudget, match="budget of 99"):
        recruitment_bonuses.announce_bonuses(study=study, client=client_of(prolific), amount=50)

    assert not prolific.bulk_payments


def test_bonuses_that_prolific_refuses_are_not_counted_as_paid(prolific):
    study = approved_study(prolific, "one")
    client = client_of(prolific)
    bonuses = recruitment_bonuses.announce_bonuses(study=study, client=client, amount=50)
    prolific.fail_next(402)

    with pytest.raises(ProlificRefused):
        recruitment_bonuses.pay_bonuses(study=study, client=client, bonuses=bonuses)

    assert Recruitment.objects.get().bonuses_paid == 0
    assert Identity.objects.exclude(person="").count() == 1
