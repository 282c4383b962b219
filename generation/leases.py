"""Leases on items of work: one worker at a time does an item, and only the present one may store its result.

No queue that runs on SQLite survives the death of a worker by itself, so the database is the truth and a queue's
message only a hint. An item is claimed by compare-and-swap, for a limited time, by the clock of the database. Each
claim counts `attempt` up; whoever comes back late holds an old number, and every write of theirs changes no row.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F
from django.db.models.functions import Now

from generation.models import Job, JobItem
from generation.models.jobs import seconds_from_now
from generation.states import JOB_TRANSITIONS, ItemState, JobState, states_before

logger = logging.getLogger(__name__)

WRITE_PROGRESS_SECONDS = 0.5
NOTE_LENGTH = JobItem._meta.get_field("note").max_length


class LeaseIsLost(Exception):
    """Somebody else may have the item by now: what this worker made of it must not be stored."""


class WorkIsCancelled(LeaseIsLost):
    """The job was cancelled."""


class Lease:
    """The right to work on one item, held by one attempt."""

    def __init__(self, item: JobItem) -> None:
        self.item = item
        self._is_lost = False
        self._deadline = time.monotonic() + settings.LEASE_SECONDS
        self._written_at = 0.0

    def __str__(self) -> str:
        return f"item {self.item.position} of job {self.item.job_id} (attempt {self.item.attempt})"

    def renew(self, **changes: Any) -> None:
        """Hold the item for another lease time, and store the changes.

        A database that does not answer is no lost lease; a row that is not ours, or a passed deadline, is.
        """
        begun = time.monotonic()
        try:
            is_held = self._row().update(lease_until=seconds_from_now(settings.LEASE_SECONDS), **changes)
        except DatabaseError:
            logger.warning("The lease on %s could not be renewed now.", self, exc_info=True)
            self._is_lost = self._is_lost or time.monotonic() > self._deadline
            return
        if is_held:
            self._deadline = begun + settings.LEASE_SECONDS
        else:
            self._is_lost = True

    def report(self, fraction: float, note: str) -> None:
        """Store how far the work is, twice a second at most. Raises LeaseIsLost or WorkIsCancelled."""
        if time.monotonic() - self._written_at >= WRITE_PROGRESS_SECONDS:
            self._written_at = time.monotonic()
            self.renew(progress=min(max(fraction, 0.0), 1.0), note=note[:NOTE_LENGTH])
        self.check()

    def check(self) -> None:
        """Raise LeaseIsLost, or WorkIsCancelled, unless the item is still ours as far as we know."""
        if not self._is_lost:
            return
        state = JobItem.objects.filter(pk=self.item.pk).values_list("state", flat=True).first()
        if state == ItemState.CANCELLED:
            raise WorkIsCancelled(f"The job of {self} was cancelled.")
        raise LeaseIsLost(f"The lease on {self} has run out or was taken over: its result is discarded.")

    def commit(self, store: Callable[[], dict[str, Any]]) -> None:
        """Store the item's result, in one transaction with what `store` writes. Raises LeaseIsLost, nothing stored."""
        with transaction.atomic():
            self._end(state=ItemState.DONE, progress=1.0)
            JobItem.objects.filter(pk=self.item.pk).update(result=store())

    def fail(self, error: str, traceback: str) -> None:
        """Store why the item failed. Raises LeaseIsLost, nothing stored."""
        self._end(state=ItemState.FAILED, error=error, traceback=traceback)

    def release(self) -> None:
        """Give the item back, not counting this try; do nothing if it is no longer ours."""
        self._row().update(state=ItemState.PENDING, lease_until=None, tries=F("tries") - 1, progress=0.0, note="")

    def _row(self) -> Any:
        return JobItem.objects.held(self.item.pk, self.item.attempt)

    def _end(self, **changes: Any) -> None:
        if not self._row().update(lease_until=None, finished_at=Now(), **changes):
            self._is_lost = True
            self.check()


def claim(job_id: int, *, worker: str, message: str = "") -> Lease | None:
    """Return a lease on the job's next free item; None if none is free."""
    items = JobItem.objects.filter(job_id=job_id).free().order_by("position", "pk")
    while (item := items.first()) is not None:
        with transaction.atomic():
            if _take(item, worker, message):
                Job.objects.filter(pk=job_id, state=JobState.PENDING).update(state=JobState.RUNNING, started_at=Now())
                return Lease(JobItem.objects.select_related("job").get(pk=item.pk))
    return None


def _take(item: JobItem, worker: str, message: str) -> bool:
    """Claim the item if it is still as it was read: only the row's own columns decide, in one statement."""
    taken = JobItem.objects.filter(pk=item.pk, attempt=item.attempt).free()
    return bool(
        taken.update(
            state=ItemState.LEASED,
            attempt=item.attempt + 1,
            tries=item.tries + 1,
            lease_until=seconds_from_now(settings.LEASE_SECONDS),
            worker=worker,
            message=message,
            progress=0.0,
            note="",
            error="",
            traceback="",
            started_at=Now(),
            finished_at=None,
        )
    )


def settle(job_id: int) -> None:
    """End the job if all its items have ended: done, or failed if one of them failed.

    Called outside any transaction, so that of two workers ending the last two items the later one sees both.
    """
    items = JobItem.objects.filter(job_id=job_id)
    if items.filter(state__in=[ItemState.PENDING, ItemState.LEASED]).exists():
        return
    failed = items.filter(state=ItemState.FAILED).order_by("position", "pk").first()
    state, error = (JobState.DONE, "") if failed is None else (JobState.FAILED, failed.error)
    Job.objects.filter(pk=job_id, state__in=states_before(state, JOB_TRANSITIONS)).update(
        state=state, error=error, finished_at=Now()
    )
