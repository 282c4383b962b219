"""What arrives twice at the same moment counts once: a person on two devices, a webhook, a look at Prolific."""

from datetime import timedelta

import pytest
from django.utils import timezone

from listening_tests.actions import recruitment, recruitment_prolific, recruitment_submissions
from listening_tests.actions.recruitment_watch import look_if_due
from listening_tests.actions.studies import close_study
from listening_tests.models import Identity, Listener, Recruitment, Session, Submission, WebhookEvent
from listening_tests.recruiter import Arrival
from tests.listening_tests.recruitment.studies import PAID, begin, client_of, make_recruited_study
from tests.listening_tests.test_concurrency import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_person_who_begins_on_six_devices_at_once_has_one_session():
    study, arrival = make_recruited_study(), Arrival("somebody", "submission1")

    begun = all_at_once([lambda: recruitment.begin_session(study=study, arrival=arrival, now=timezone.now())] * 6)

    assert len({session.key for session in begun}) == 1
    assert Listener.objects.count() == Identity.objects.count() == 1


def test_codes_that_are_asked_for_at_once_are_the_same():
    study = make_recruited_study()

    kept = all_at_once([lambda: recruitment.recruitment_of(study=study, now=timezone.now())] * 6)

    assert all(recruitment.codes == kept[0].codes for recruitment in kept)


def test_a_webhook_that_comes_several_times_at_once_is_dealt_with_once():
    study = make_recruited_study()
    begin(study, "somebody", "submission1")
    now = timezone.now()
    news = {"event": "event1", "submission": "submission1", "state": "RETURNED", "at": now, "now": now}

    outcomes = all_at_once([lambda: recruitment_submissions.receive_event(**news)] * 6)

    assert outcomes == [None] * 6
    assert WebhookEvent.objects.count() == Submission.objects.count() == 1
    assert Session.objects.get().has_expired(now)


def test_different_news_of_a_submission_at_once_leaves_the_newest():
    study = make_recruited_study()
    begin(study, "somebody", "submission1")
    now = timezone.now()

    def tell(number, state):
        recruitment_submissions.receive_event(
            event=f"event{number}",
            submission="submission1",
            state=state,
            at=now + timedelta(seconds=number),
            now=now + timedelta(minutes=1),
        )

    states = ("RESERVED", "ACTIVE", "AWAITING REVIEW", "APPROVED")
    outcomes = all_at_once([lambda news=news: tell(*news) for news in enumerate(states)])

    assert outcomes == [None] * 4
    assert Submission.objects.get().state == "APPROVED"


def published(prolific, **settings):
    study, now = make_recruited_study(**{**PAID, **settings}), timezone.now()
    client = client_of(prolific)
    recruitment_prolific.create_there(study=study, client=client, address="https://here.example/", now=now)
    recruitment_prolific.move_there(study=study, client=client, action="PUBLISH", now=now)
    return study


def test_looks_at_prolific_at_once_add_the_missing_places_once(prolific):
    study = published(prolific, places=1, extra_places=50)
    there = Recruitment.objects.get().study_there
    prolific.somebody_arrives(there, "somebody", "ACTIVE")

    outcomes = all_at_once(
        [lambda: recruitment_submissions.sync_submissions(study=study, client=client_of(prolific), now=timezone.now())]
        * 4
    )

    assert {outcome.n_submissions for outcome in outcomes} == {1}
    assert Submission.objects.count() == 1
    assert prolific.studies[there]["total_available_places"] == 4


@pytest.mark.usefixtures("prolific_settings")
def test_workers_that_take_up_a_look_at_once_do_it_once(prolific):
    study = published(prolific)
    close_study(study=study, now=timezone.now())
    n_requests = len(prolific.requests)
    now = timezone.now()

    outcomes = all_at_once([lambda: look_if_due(study=study, now=now)] * 4)

    assert outcomes == [None] * 4
    # Two look at the study and its submissions, the third pauses it.
    assert [method for method, *_ in prolific.requests[n_requests:]] == ["GET", "GET", "POST"]
