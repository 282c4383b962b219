"""Asking for a look at a study's recruitment, which a worker takes in the background.

When the next look is due stands in the database. The queue's message only wakes a worker, and may be lost.
"""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q

from listening_tests.models import Recruitment, Study
from listening_tests.tasks import look_at_recruitment

AT_ONCE = timedelta(0)
# How often a study is looked at while something may change by itself, and when a look counts as lost.
WATCH_INTERVAL = timedelta(minutes=10)


def ask_for_look(*, study: Study, now: datetime, after: timedelta = AT_ONCE) -> None:
    """Have a worker look at a study's recruitment, unless it will do so earlier; do nothing for one that is not there.

    Many who ask at once cause one look.
    """
    due_at = now + after
    will_be_earlier = Q(look_at__lte=due_at, look_at__gt=now - WATCH_INTERVAL)
    waiting = Recruitment.objects.filter(study=study).exclude(study_there="").exclude(will_be_earlier)
    if waiting.update(look_at=due_at):
        transaction.on_commit(partial(_send, study, due_at if after else None))


def _send(study: Study, run_after: datetime | None) -> None:
    """Send the message to the queue, now or at some time; a queue without a clock leaves that to `sync_submissions`."""
    if run_after is None:
        look_at_recruitment.enqueue(study.pk)
    elif look_at_recruitment.get_backend().supports_defer:
        look_at_recruitment.using(run_after=run_after).enqueue(study.pk)
