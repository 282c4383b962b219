"""Jobs and their leases, in one process."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from generation import job_runner
from generation.actions.jobs import (
    JobCannotBeRetried,
    JobHasEnded,
    NothingToDo,
    cancel_job,
    request_job,
    retry_job,
    run_job_here,
)
from generation.catalogue import JOB_KINDS, Entry
from generation.job_runner import Heartbeat, work_on_next_item
from generation.leases import LeaseIsLost, WorkIsCancelled, claim, settle
from generation.models import Corpus, Job, JobItem
from generation.reaper import reap
from generation.states import ItemState, JobState
from generation.tasks import work_on_job
from generation.work import Outcome
from tests.factories import make_corpus, make_job

pytestmark = pytest.mark.django_db

CALLS = []


def count_up(work):
    CALLS.append(work.parameters["number"])
    work.report(0.5, "half way")
    return Outcome(lambda: {"number": work.parameters["number"] + work.shared["added"]})


def fail(work):
    raise ValueError("There is no such word: give another.")


def cancel_itself(work):
    cancel_job(job=Job.objects.get())
    work.report(0.5, "half way")
    raise AssertionError("work went on after it was cancelled")


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    CALLS.clear()
    for handler in (count_up, fail, cancel_itself):
        name = handler.__name__
        monkeypatch.setitem(JOB_KINDS, name, Entry(name, name, "", f"tests.generation.test_jobs:{name}"))


@pytest.fixture
def impatient(monkeypatch):
    """Let every progress be written at once."""
    monkeypatch.setattr("generation.leases.WRITE_PROGRESS_SECONDS", 0)


def ask(kind="count_up", items=3, **fields):
    parameters = [{"number": number} for number in range(items)]
    return request_job(kind=kind, title="Counting", parameters={"added": 10}, item_parameters=parameters, **fields)


def let_lease_expire(lease):
    JobItem.objects.filter(pk=lease.item.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def ignore(fraction, note):
    pass


def test_a_job_is_worked_on_here_until_it_is_done():
    told = []

    job = run_job_here(ask(), lambda fraction, note: told.append(round(fraction, 3)))

    assert job.state == JobState.DONE
    assert CALLS == [0, 1, 2]
    assert list(job.items.order_by("position").values_list("result__number", flat=True)) == [10, 11, 12]
    assert told == sorted(told)
    assert told[-1] <= 1
    assert job.finished_at is not None


def test_a_job_without_items_cannot_be_asked_for():
    with pytest.raises(NothingToDo):
        ask(items=0)


def test_the_same_work_is_asked_for_once():
    first = ask(digest="d" * 64)

    second = ask(digest="d" * 64)

    assert first == second
    assert Job.objects.count() == 1


def test_of_two_who_ask_at_once_both_get_the_same_job(monkeypatch):
    first = ask(digest="d" * 64)
    looks = iter([None, first])
    monkeypatch.setattr(type(Job.objects.all()), "asked_with", lambda self, digest: next(looks))

    second = ask(digest="d" * 64)

    assert second == first
    assert Job.objects.count() == 1


def test_the_database_allows_one_open_job_for_a_request():
    make_job(request_digest="d" * 64, state=JobState.RUNNING)

    with pytest.raises(IntegrityError):
        make_job(request_digest="d" * 64)


def test_an_item_is_claimed_by_one_worker_at_a_time():
    job = ask(items=1)

    first, second = claim(job.pk, worker="a"), claim(job.pk, worker="b")

    assert first is not None
    assert second is None
    assert Job.objects.get().state == JobState.RUNNING


def test_whoever_comes_back_late_stores_nothing():
    job = ask(items=1)
    late = claim(job.pk, worker="late")
    let_lease_expire(late)
    present = claim(job.pk, worker="present")

    with pytest.raises(LeaseIsLost, match="discarded"):
        late.commit(lambda: {"by": str(make_corpus().pk)})
    with pytest.raises(LeaseIsLost):
        late.fail("late", "")
    late.release()
    present.commit(lambda: {"by": "present"})

    item = JobItem.objects.get()
    assert (item.state, item.result, item.attempt) == (ItemState.DONE, {"by": "present"}, 2)
    assert not Corpus.objects.exists()


def test_rows_are_stored_only_with_the_item(monkeypatch):
    lease = claim(ask(items=1).pk, worker="a")

    def store():
        make_corpus()
        raise ValueError("the second row cannot be stored")

    with pytest.raises(ValueError, match="second row"):
        lease.commit(store)

    assert not Corpus.objects.exists()
    assert JobItem.objects.get().state == ItemState.LEASED


def test_a_renewal_that_fails_is_no_lost_lease(monkeypatch):
    lease = claim(ask(items=1).pk, worker="a")

    with monkeypatch.context() as broken:
        broken.setattr(type(lease), "_row", lambda self: (_ for _ in ()).throw(DatabaseError("busy")))
        lease.renew()
    lease.check()

    lease.commit(dict)
    assert JobItem.objects.get().state == ItemState.DONE


def test_a_lease_that_could_not_be_renewed_in_time_is_lost(monkeypatch, settings):
    settings.LEASE_SECONDS = 0
    lease = claim(ask(items=1).pk, worker="a")

    with monkeypatch.context() as broken:
        broken.setattr(type(lease), "_row", lambda self: (_ for _ in ()).throw(DatabaseError("busy")))
        lease.renew()

    with pytest.raises(LeaseIsLost):
        lease.check()


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_holds_an_item_that_says_nothing(settings):
    settings.LEASE_SECONDS = 0.3
    lease = claim(ask(items=1).pk, worker="a")

    with Heartbeat(lease):
        threading.Event().wait(0.9)
        taken = claim(lease.item.job_id, worker="b")

    assert taken is None
    lease.commit(dict)


def test_an_error_is_stored_with_its_place_and_fails_the_job(caplog):
    job = run_job_here(ask("fail", items=2), ignore)

    item = job.items.order_by("position").first()
    assert job.state == JobState.FAILED
    assert job.error == item.error == "There is no such word: give another."
    assert "test_jobs.py" in item.traceback
    assert "failed." in caplog.text


def test_the_files_of_an_item_that_cannot_be_stored_are_removed(monkeypatch, tmp_path):
    path = tmp_path / "result"
    path.touch()
    outcome = Outcome(lambda: 1 / 0, discard=path.unlink)
    monkeypatch.setattr(job_runner, "resolve_name", lambda name: lambda work: outcome)

    job = run_job_here(ask(items=1), ignore)

    assert job.state == JobState.FAILED
    assert not path.exists()


def test_cancelling_takes_effect_when_the_work_next_reports(impatient):
    job = run_job_here(ask("cancel_itself", items=2), ignore)

    assert job.state == JobState.CANCELLED
    assert set(job.items.values_list("state", flat=True)) == {ItemState.CANCELLED}


def test_cancelled_work_is_told_so():
    job = ask(items=1)
    lease = claim(job.pk, worker="a")
    cancel_job(job=job)

    lease.renew()

    with pytest.raises(WorkIsCancelled):
        lease.check()


def test_what_has_ended_cannot_be_cancelled():
    with pytest.raises(JobHasEnded):
        cancel_job(job=make_job(state=JobState.DONE))


def test_a_retry_does_what_was_not_done_and_only_that():
    job = ask(items=3)
    work_on_next_item(job.pk)
    cancel_job(job=job)

    retry_job(job=job)
    job = run_job_here(job, ignore)

    assert job.state == JobState.DONE
    assert CALLS == [0, 1, 2]


@pytest.mark.parametrize("state", [JobState.PENDING, JobState.RUNNING, JobState.DONE])
def test_only_failed_and_cancelled_jobs_are_retried(state):
    with pytest.raises(JobCannotBeRetried):
        retry_job(job=make_job(state=state))


def test_a_job_whose_work_goes_on_under_a_newer_one_is_not_retried():
    job = make_job(state=JobState.FAILED, request_digest="d" * 64)
    make_job(request_digest="d" * 64)

    with pytest.raises(JobCannotBeRetried, match="newer"):
        retry_job(job=job)


def test_the_token_of_a_retried_item_was_never_used_before():
    job = ask(items=1)
    zombie = claim(job.pk, worker="zombie")
    cancel_job(job=job)
    retry_job(job=job)

    again = claim(job.pk, worker="again")

    assert again.item.attempt > zombie.item.attempt
    with pytest.raises(LeaseIsLost):
        zombie.commit(dict)


def test_an_item_whose_worker_fell_silent_is_freed_and_a_worker_told(django_capture_on_commit_callbacks):
    job = ask(items=1)
    let_lease_expire(claim(job.pk, worker="dead"))
    Job.objects.update(woken_at=timezone.now() - timedelta(hours=1))

    reap()
    reap()

    assert JobItem.objects.get().state == ItemState.PENDING
    assert DBTaskResult.objects.ready().count() == 1  # Told once in a lease time, however often one looks.


def test_an_item_is_given_up_after_three_workers_fell_silent():
    job = ask(items=2)
    for worker in ("a", "b", "c"):
        let_lease_expire(claim(job.pk, worker=worker))
    refused = claim(job.pk, worker="d")

    reap()

    item = job.items.get(position=0)
    assert refused.item.position == 1
    assert item.state == ItemState.FAILED
    assert "3 times" in item.error
    assert "last c" in item.error


def test_a_job_whose_worker_died_after_its_last_item_is_ended():
    job = ask(items=1)
    claim(job.pk, worker="a").commit(dict)

    reap()

    assert Job.objects.get().state == JobState.DONE


def test_a_message_that_a_dead_worker_took_is_closed():
    dead = work_on_job.enqueue(ask(items=1).pk)
    alive = work_on_job.enqueue(ask(items=1).pk)
    long_ago = timezone.now() - timedelta(hours=1)
    DBTaskResult.objects.update(status="RUNNING", started_at=long_ago)
    claim(Job.objects.order_by("-pk")[0].pk, worker="a", message=str(alive.id))

    reap()

    assert DBTaskResult.objects.get(pk=dead.id).status == "FAILED"
    assert DBTaskResult.objects.get(pk=alive.id).status == "RUNNING"


def test_a_job_is_done_only_when_all_its_items_are():
    job = ask(items=2)
    claim(job.pk, worker="a").commit(dict)

    settle(job.pk)

    assert Job.objects.get().state == JobState.RUNNING


def test_each_message_does_one_item_and_wakes_the_next(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = ask(items=3)
    first = DBTaskResult.objects.ready().get()

    first.task.call(type("Context", (), {"task_result": first.task_result})(), job.pk)

    assert CALLS == [0]
    assert DBTaskResult.objects.count() == 2
    assert job.items.get(position=0).message == str(first.pk)
