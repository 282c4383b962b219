"""Background work: the queue's one task. What each kind of job does stands beside it, one file a subject.

The only part of the Django edge, with the commands, that opens the door to `generation.engine`, and only inside the
function that needs it.
"""

import os
import signal

from django.db.models.functions import Now
from django_tasks import TaskContext, task

from generation.job_runner import work_on_next_item
from generation.models import Job, JobItem
from generation.work import DeviceIsLost


@task(takes_context=True)
def work_on_job(context: TaskContext, job_id: int) -> bool:
    """Do one item of the job; return whether there was one left.

    The next item is left to another message, sent as soon as this one is claimed: so several workers share a job,
    jobs take turns, and a worker that is asked to end does so between two items.
    """
    try:
        return work_on_next_item(
            job_id, message=str(context.task_result.id), on_claim=lambda: _wake_if_items_are_left(job_id)
        )
    except DeviceIsLost:
        # The queue's worker ends in order on this signal, and its supervisor starts another, which may find the device.
        os.kill(os.getpid(), signal.SIGTERM)
        raise


def wake(job_id: int) -> None:
    """Tell a worker that the job has something to do. Only a hint: the database is the truth."""
    Job.objects.filter(pk=job_id).update(woken_at=Now())
    work_on_job.enqueue(job_id)


def _wake_if_items_are_left(job_id: int) -> None:
    if JobItem.objects.filter(job_id=job_id).free().exists():
        wake(job_id)
