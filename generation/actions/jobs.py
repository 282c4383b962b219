"""Asking for background work, ending it, asking again, and doing it here and now."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.models import Researcher
from generation.job_runner import work_on_next_item
from generation.models import Job, JobItem
from generation.reaper import reap
from generation.states import ITEM_TRANSITIONS, JOB_TRANSITIONS, ItemState, JobState, states_before
from generation.tasks import wake
from generation.work import DeviceIsLost

LOOK_SECONDS = 0.5


class NothingToDo(ValueError):
    """A job was asked for without any item of work."""


class JobHasEnded(Exception):
    """The job is done, or has failed, or was cancelled before: there is nothing to cancel."""


class JobCannotBeRetried(Exception):
    """The job has neither failed nor been cancelled, or the same work goes on under another job."""


def request_job(
    *,
    kind: str,
    title: str,
    item_parameters: Sequence[dict[str, Any]],
    parameters: dict[str, Any] | None = None,
    digest: str = "",
    requested_by: Researcher | None = None,
) -> Job:
    """Ask for a job, one item for each of `item_parameters`; return the open one if the digest says it is the same.

    Raises NothingToDo.
    """
    if not item_parameters:
        raise NothingToDo(f"The job {title!r} has no items: ask for at least one.")
    same = Job.objects.open()
    if digest and (found := same.asked_with(digest)) is not None:
        return found
    job = Job(kind=kind, title=title, parameters=parameters or {}, request_digest=digest, requested_by=requested_by)
    try:
        _store(job, item_parameters)
    except IntegrityError:
        # Somebody else has just asked for the same.
        if (found := same.asked_with(digest)) is not None:
            return found
        raise
    return job


@transaction.atomic
def _store(job: Job, item_parameters: Sequence[dict[str, Any]]) -> None:
    job.save()
    JobItem.objects.bulk_create(
        JobItem(job=job, position=position, parameters=each) for position, each in enumerate(item_parameters)
    )
    transaction.on_commit(lambda: wake(job.pk))


@transaction.atomic
def cancel_job(*, job: Job) -> None:
    """End a job: what waits is not begun, what runs is stopped when it next reports its progress.

    Raises JobHasEnded.
    """
    cancellable = Job.objects.filter(pk=job.pk, state__in=states_before(JobState.CANCELLED, JOB_TRANSITIONS))
    if not cancellable.update(state=JobState.CANCELLED, finished_at=Now()):
        raise JobHasEnded(f"The job {job.pk} ({job}) has ended already: there is nothing to cancel.")
    items = JobItem.objects.filter(job=job, state__in=states_before(ItemState.CANCELLED, ITEM_TRANSITIONS))
    items.update(state=ItemState.CANCELLED, lease_until=None)
    job.refresh_from_db()


def retry_job(*, job: Job) -> None:
    """Ask again for the items of a job that failed or were cancelled; those that are done stay done.

    Raises JobCannotBeRetried.
    """
    try:
        _reopen(job)
    except IntegrityError as error:
        raise JobCannotBeRetried(f"The work of job {job.pk} ({job}) goes on under a newer job.") from error
    job.refresh_from_db()


@transaction.atomic
def _reopen(job: Job) -> None:
    retriable = Job.objects.filter(pk=job.pk, state__in=states_before(JobState.PENDING, JOB_TRANSITIONS))
    if not retriable.update(state=JobState.PENDING, error="", started_at=None, finished_at=None):
        raise JobCannotBeRetried(f"The job {job.pk} ({job}) has not failed: there is nothing to do again.")
    items = JobItem.objects.filter(job=job, state__in=[ItemState.FAILED, ItemState.CANCELLED])
    items.update(
        state=ItemState.PENDING, tries=0, progress=0.0, note="", error="", traceback="", started_at=None,
        finished_at=None,
    )  # fmt: skip
    transaction.on_commit(lambda: wake(job.pk))


def run_job_here(job: Job, on_progress: Callable[[float, str], None]) -> Job:
    """Work on a job's items in this process, as `run_jobs_here` does; return how it ended."""
    return run_jobs_here([job], on_progress)[0]


def run_jobs_here(jobs: Sequence[Job], on_progress: Callable[[float, str], None]) -> list[Job]:
    """Work on some jobs' items in this process, beside any workers, until all have ended; return how they ended.

    `on_progress` is told the fraction of all jobs together and a note. An item that another holds does not keep this
    process from the others; when nothing else is left it is waited for, and taken over if its holder falls silent.
    """
    wanted = Job.objects.filter(pk__in=[job.pk for job in jobs]).with_progress().order_by("pk")
    while True:
        states: list[Any] = list(wanted.all())
        waiting = [state for state in states if state.is_open]
        if not waiting:
            return states
        report = partial(_report, states, on_progress)
        report(waiting[0], 0.0, _waiting_note(waiting))
        if not any(_work_here(state.pk, partial(report, state)) for state in waiting):
            reap()
            time.sleep(LOOK_SECONDS)


def _work_here(job_id: int, report: Callable[[float, str], None]) -> bool:
    """Do a job's next free item; return whether there was one. One that lost its device has failed like any other."""
    try:
        return work_on_next_item(job_id, on_progress=report)
    except DeviceIsLost:
        return True


def _report(
    states: Sequence[Any], on_progress: Callable[[float, str], None], job: Any, fraction: float, note: str
) -> None:
    """Tell how far all jobs are, when one of them has come this fraction further than it was."""
    done = sum(state.fraction if state.is_open else 1.0 for state in states) + fraction / job.n_items
    on_progress(min(1.0, done / len(states)), note)


def _waiting_note(waiting: Sequence[Any]) -> str:
    """Say what workers are doing meanwhile, while this process waits for them."""
    notes = JobItem.objects.filter(job__in=[job.pk for job in waiting], state=ItemState.LEASED).exclude(note="")
    return notes.order_by("pk").values_list("note", flat=True).first() or ""
