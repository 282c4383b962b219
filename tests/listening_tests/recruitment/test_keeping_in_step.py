"""A study at Prolific is paused and goes on by itself, as its places here are taken and given back."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from listening_tests.actions import recruitment_prolific, recruitment_submissions, rights
from listening_tests.actions.recruitment_looks import WATCH_INTERVAL, ask_for_look
from listening_tests.actions.recruitment_watch import look_if_due
from listening_tests.actions.studies import close_study, open_study
from listening_tests.actions.verdicts import exclude_session
from listening_tests.models import Recruitment
from listening_tests.states import HeldBy
from tests.listening_tests.recruitment.studies import PAID, begin, client_of, complete, make_recruited_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("prolific_settings")]


def publish(prolific, **recruitment):
    study = make_recruited_study(**{**PAID, **recruitment})
    client, now = client_of(prolific), timezone.now()
    recruitment_prolific.create_there(study=study, client=client, address="https://here.example/", now=now)
    recruitment_prolific.move_there(study=study, client=client, action="PUBLISH", now=now)
    return study


def kept(study):
    return Recruitment.objects.get(study=study)


def state_there(prolific, study):
    return prolific.studies[kept(study).study_there]["status"]


def places_there(prolific, study):
    return prolific.studies[kept(study).study_there]["total_available_places"]


def moves(prolific):
    return [
        body["action"] for method, target, body in prolific.requests if "/studies/" in target and "transition" in target
    ]


def come(prolific, study, person, status="ACTIVE", take=begin):
    """Let a person take a place there and begin here; return the submission and the session."""
    submission = prolific.somebody_arrives(kept(study).study_there, person, status)
    return submission, take(study, person, submission)


def work(study, now=None):
    """Do what a worker would do now."""
    look_if_due(study=study, now=now or timezone.now())


def fill(prolific, study, take=complete, status="AWAITING REVIEW"):
    return [come(prolific, study, f"person{number}", status, take) for number in range(4)]


def test_a_study_is_paused_when_its_last_place_is_taken(prolific):
    study = publish(prolific, places=6)

    fill(prolific, study, begin, "ACTIVE")
    work(study)

    assert state_there(prolific, study) == "PAUSED"
    assert kept(study).held_by == HeldBy.HEARSAY


def test_nobody_looks_before_anything_has_changed(prolific):
    study = publish(prolific, places=6)
    come(prolific, study, "one")
    n_requests = len(prolific.requests)

    work(study)

    assert len(prolific.requests) == n_requests


def test_a_full_study_whose_places_are_all_taken_there_is_left_alone(prolific):
    study = publish(prolific)
    fill(prolific, study)
    prolific.studies[kept(study).study_there]["status"] = "AWAITING REVIEW"

    work(study)

    assert moves(prolific) == ["PUBLISH"]


def test_a_place_that_is_returned_is_given_away_by_prolific_alone(prolific):
    study = publish(prolific, places=5, extra_places=50)
    submissions = [submission for submission, _session in fill(prolific, study, begin, "ACTIVE")]
    work(study)
    prolific.set_status(submissions[0], "RETURNED")

    now = timezone.now()
    recruitment_submissions.receive_event(event="e1", submission=submissions[0], state="RETURNED", at=now, now=now)
    work(study)

    assert state_there(prolific, study) == "ACTIVE"
    assert places_there(prolific, study) == 5


def test_a_late_exclusion_lets_it_go_on_with_exactly_the_place_that_was_lost(prolific):
    study = publish(prolific, extra_places=50)
    ended = fill(prolific, study)
    work(study)
    assert state_there(prolific, study) == "PAUSED"

    exclude_session(session=ended[0][1], exclusion="by hand", now=timezone.now())
    work(study)
    work(study, timezone.now() + WATCH_INTERVAL)

    assert state_there(prolific, study) == "ACTIVE"
    assert places_there(prolific, study) == 5
    assert kept(study).held_by == HeldBy.NOBODY


def test_without_places_left_to_add_it_stays_paused(prolific):
    study = publish(prolific)
    ended = fill(prolific, study)
    work(study)

    exclude_session(session=ended[0][1], exclusion="by hand", now=timezone.now())
    work(study)

    assert state_there(prolific, study) == "PAUSED"
    assert places_there(prolific, study) == 4


def test_listeners_who_come_and_go_for_ever_cause_no_spiral(prolific):
    study = publish(prolific, places=4, extra_places=50)
    now = timezone.now()

    for number in range(12):
        submission, _session = come(prolific, study, f"person{number}")
        prolific.set_status(submission, ("RETURNED", "TIMED-OUT")[number % 2])
        ask_for_look(study=study, now=now)
        work(study)

    assert places_there(prolific, study) == 4
    assert state_there(prolific, study) == "ACTIVE"


def test_withdrawn_answers_are_asked_for_anew(prolific):
    study = publish(prolific, extra_places=50)
    ended = fill(prolific, study)
    work(study)

    rights.withdraw(session=ended[0][1], now=timezone.now())
    work(study)

    assert state_there(prolific, study) == "ACTIVE"
    assert places_there(prolific, study) == 5


def test_a_study_that_is_closed_is_paused_and_goes_on_when_it_is_opened(prolific):
    study = publish(prolific)

    close_study(study=study, now=timezone.now())
    work(study)
    assert state_there(prolific, study) == "PAUSED"
    open_study(study=study, now=timezone.now())
    work(study)

    assert state_there(prolific, study) == "ACTIVE"


@pytest.mark.parametrize("action", ["PAUSE", "STOP"])
def test_what_a_researcher_has_ended_stays_so(prolific, action):
    study = publish(prolific, places=1, extra_places=50)
    client = client_of(prolific)
    recruitment_prolific.move_there(study=study, client=client, action=action, now=timezone.now())
    before = state_there(prolific, study)

    synced = recruitment_submissions.sync_submissions(study=study, client=client, now=timezone.now())

    assert synced.n_places_added == 0
    assert state_there(prolific, study) == before


def test_what_was_paused_at_prolifics_own_page_stays_so(prolific):
    study = publish(prolific)
    prolific.studies[kept(study).study_there]["status"] = "PAUSED"

    ask_for_look(study=study, now=timezone.now())
    work(study)

    assert moves(prolific) == ["PUBLISH"]


def test_what_was_let_go_on_at_prolifics_own_page_is_a_researchers_from_then_on(prolific):
    study = publish(prolific)
    close_study(study=study, now=timezone.now())
    work(study)
    open_study(study=study, now=timezone.now())
    there = prolific.studies[kept(study).study_there]
    there["status"] = "ACTIVE"
    work(study)
    there["status"] = "PAUSED"

    ask_for_look(study=study, now=timezone.now())
    work(study)

    assert there["status"] == "PAUSED"


def test_a_full_study_is_not_sent_listeners_by_a_button_either(prolific):
    study = publish(prolific)
    fill(prolific, study)
    work(study)

    with pytest.raises(recruitment_prolific.StudyTakesNobody, match="nobody is wanted"):
        recruitment_prolific.move_there(study=study, client=client_of(prolific), action="START", now=timezone.now())


def test_a_failure_is_kept_with_its_reason_and_tried_again_less_and_less_often(prolific):
    study = publish(prolific)
    fill(prolific, study, begin, "ACTIVE")
    now, waits = timezone.now(), []

    for _ in range(6):
        prolific.fail_next(403)
        look_if_due(study=study, now=now)
        waits.append((kept(study).look_at - now) / timedelta(minutes=1))
        now = kept(study).look_at

    assert waits == [1, 2, 4, 8, 10, 10]
    assert kept(study).n_failures == 6
    assert "refused GET /studies/" in kept(study).trouble
    work(study, now)
    assert (kept(study).trouble, kept(study).n_failures) == ("", 0)
    assert state_there(prolific, study) == "PAUSED"


def test_a_missing_token_is_a_failure_like_any_other(prolific, settings):
    study = publish(prolific)
    close_study(study=study, now=timezone.now())
    settings.PROLIFIC_TOKEN = ""

    work(study)

    assert "HEARSAY_PROLIFIC_TOKEN" in kept(study).trouble


def test_two_workers_look_once(prolific):
    study = publish(prolific)
    close_study(study=study, now=timezone.now())
    now = timezone.now()

    work(study, now)
    n_requests = len(prolific.requests)
    work(study, now)

    assert len(prolific.requests) == n_requests


def test_a_worker_that_is_killed_on_the_way_leaves_the_look_to_the_next(prolific, monkeypatch):
    study = publish(prolific)
    close_study(study=study, now=timezone.now())
    monkeypatch.setattr("listening_tests.actions.recruitment_watch.prolific_client", kill)
    with pytest.raises(SystemExit):
        work(study)
    monkeypatch.undo()

    work(study, timezone.now() + WATCH_INTERVAL)

    assert state_there(prolific, study) == "PAUSED"


def kill():
    raise SystemExit


def test_it_is_watched_for_as_long_as_somebody_may_come_or_go(prolific):
    study = publish(prolific)
    assert kept(study).look_at is not None
    submissions = [submission for submission, _session in fill(prolific, study, begin, "ACTIVE")]
    now = timezone.now()
    work(study, now)
    assert kept(study).look_at == now + WATCH_INTERVAL

    for submission in submissions:
        prolific.set_status(submission, "AWAITING REVIEW")
    study.sessions.update(state="completed")
    work(study, now + WATCH_INTERVAL)

    assert kept(study).look_at is None


def test_a_listener_who_silently_leaves_is_noticed(prolific):
    study = publish(prolific, places=5)
    submissions = [submission for submission, _session in fill(prolific, study, begin, "ACTIVE")]
    work(study)
    assert state_there(prolific, study) == "PAUSED"

    prolific.set_status(submissions[0], "TIMED-OUT")
    work(study, timezone.now() + WATCH_INTERVAL)

    assert state_there(prolific, study) == "ACTIVE"


def test_many_who_ask_at_once_send_one_message(prolific, django_capture_on_commit_callbacks):
    study = publish(prolific)
    DBTaskResult.objects.all().delete()

    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(5):
            ask_for_look(study=study, now=timezone.now())

    assert DBTaskResult.objects.count() == 1


def test_a_look_whose_message_was_lost_is_asked_for_anew(prolific, django_capture_on_commit_callbacks):
    study = publish(prolific)
    now = timezone.now()
    Recruitment.objects.update(look_at=now - 2 * WATCH_INTERVAL)

    with django_capture_on_commit_callbacks(execute=True) as sent:
        ask_for_look(study=study, now=now)

    assert len(sent) == 1


def test_a_study_that_is_nowhere_else_is_not_looked_at(django_capture_on_commit_callbacks):
    study = make_recruited_study(service="open_link")

    with django_capture_on_commit_callbacks() as sent:
        close_study(study=study, now=timezone.now())

    assert sent == []


def test_a_queue_without_a_clock_is_told_only_of_what_is_due(prolific, settings, django_capture_on_commit_callbacks):
    study = publish(prolific)
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    now = timezone.now()
    Recruitment.objects.update(look_at=None)

    with django_capture_on_commit_callbacks(execute=True):
        ask_for_look(study=study, now=now, after=WATCH_INTERVAL)
    n_requests = len(prolific.requests)
    with django_capture_on_commit_callbacks(execute=True):
        close_study(study=study, now=now)

    assert len(prolific.requests) - n_requests == 3
    assert state_there(prolific, study) == "PAUSED"


@pytest.mark.django_db(transaction=True)
def test_the_queues_worker_does_it(prolific):
    study = publish(prolific)
    close_study(study=study, now=timezone.now())

    call_command("db_worker", batch=True, interval=0, startup_delay=False, reload=False, verbosity=0)

    assert state_there(prolific, study) == "PAUSED"
