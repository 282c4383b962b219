"""What dead workers leave: expired leases, jobs that nobody was told of, messages that seem to run."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from generation.leases import settle
from generation.models import Job, JobItem
from generation.models.jobs import MAX_TRIES, seconds_from_now
from generation.states import ItemState
from generation.tasks import wake, work_on_job

logger = logging.getLogger(__name__)


class WorkerHasDied(Exception):
    """A worker took up an item and was not heard of again."""


def reap() -> None:
    """Free what dead workers held, end what has ended, and wake a worker for whatever is left to do."""
    _fail_poison_items()
    _free_expired_items()
    _settle_open_jobs()
    _wake_waiting_jobs()
    _close_dead_messages()


def _fail_poison_items() -> None:
    """Fail the items that have ended every worker that took them up."""
    poison = JobItem.objects.expired().filter(tries__gte=MAX_TRIES).values_list("pk", "attempt", "job_id", "worker")
    for pk, attempt, job_id, worker in poison.order_by("pk"):
        error = (
            f"The worker died or fell silent {MAX_TRIES} times while it did this item, last {worker}. Look at its log "
            "(out of memory?), then retry the job."
        )
        expired = JobItem.objects.expired().filter(pk=pk, attempt=attempt)
        if expired.update(state=ItemState.FAILED, error=error, lease_until=None, finished_at=Now()):
            logger.error("Item %s of job %s: %s", pk, job_id, error)


def _free_expired_items() -> None:
    expired = JobItem.objects.expired().filter(tries__lt=MAX_TRIES)
    n_freed = expired.update(state=ItemState.PENDING, lease_until=None, progress=0.0, note="")
    if n_freed:
        logger.warning("Took back %s items whose worker fell silent.", n_freed)


def _settle_open_jobs() -> None:
    """End the jobs whose worker died after it ended the last item."""
    for job_id in Job.objects.open().values_list("pk", flat=True).order_by("pk"):
        settle(job_id)


def _wake_waiting_jobs() -> None:
    """Tell a worker of each job that has something to do, at most once in a lease time."""
    not_woken = Q(woken_at__isnull=True) | Q(woken_at__lt=seconds_from_now(-settings.LEASE_SECONDS))
    waiting = JobItem.objects.free().values("job")
    for job_id in Job.objects.open().filter(not_woken, pk__in=waiting).values_list("pk", flat=True).order_by("pk"):
        if Job.objects.filter(not_woken, pk=job_id).update(woken_at=Now()):
            wake(job_id)


def _close_dead_messages() -> None:
    """Mark as failed the queue's messages that a dead worker took: the queue itself never does."""
    long_ago = timezone.now() - timedelta(seconds=2 * settings.LEASE_SECONDS)
    held = JobItem.objects.filter(state=ItemState.LEASED, lease_until__gte=Now())
    alive = set(held.values_list("message", flat=True))
    running = DBTaskResult.objects.running().filter(task_path=work_on_job.module_path, started_at__lt=long_ago)
    for message in running.order_by("pk"):
        if str(message.pk) not in alive:
            message.set_failed(WorkerHasDied("The worker that took this message was not heard of again."))
