"""Doing an item's work under its lease."""

import logging
import os
import socket
import threading
import traceback
from collections.abc import Callable
from pkgutil import resolve_name
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import connection

from generation.catalogue import JOB_KINDS
from generation.leases import Lease, LeaseIsLost, claim, settle
from generation.work import DeviceIsLost, Handler, Outcome, Work

logger = logging.getLogger(__name__)

Report = Callable[[float, str], None]


def worker_name() -> str:
    """Return this process's name among workers: host and process number."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Heartbeat:
    """Renews a lease from a thread of its own while a block runs, however long the block says nothing."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._is_over.wait(settings.LEASE_SECONDS / 3):
                self._lease.renew()
        finally:
            connection.close()


def work_on_next_item(
    job_id: int, *, message: str = "", on_claim: Callable[[], None] | None = None, on_progress: Report | None = None
) -> bool:
    """Do the next free item of a job; return whether there was one.

    `on_claim` is called once an item is ours, `on_progress` with the item's fraction and note.
    An item that fails is stored so, and the call returns; but DeviceIsLost is raised then, since every further item
    would fail in this process.
    """
    lease = claim(job_id, worker=worker_name(), message=message)
    if lease is None:
        return False
    if on_claim is not None:
        on_claim()
    try:
        with Heartbeat(lease):
            _run(lease, on_progress)
    except DeviceIsLost:
        settle(job_id)
        raise
    settle(job_id)
    return True


def _run(lease: Lease, on_progress: Report | None) -> None:
    """Do an item and store what came of it, whatever happens; give it back if this process is told to end."""
    outcome = None
    try:
        outcome = _do(lease, on_progress)
        lease.commit(outcome.store)
    except LeaseIsLost as reason:
        logger.warning("%s", reason)
        _discard(outcome)
    except Exception as error:
        logger.exception("%s failed.", lease)
        if _store_failure(lease, error):
            _discard(outcome)
        if isinstance(error, DeviceIsLost):
            raise
    except BaseException:
        lease.release()
        raise


def _do(lease: Lease, on_progress: Report | None) -> Outcome:
    def report(fraction: float, note: str) -> None:
        lease.report(fraction, note)
        if on_progress is not None:
            on_progress(fraction, note)

    item = lease.item
    handler: Handler = resolve_name(JOB_KINDS[item.job.kind].implementation)
    return handler(Work(item.job.parameters, item.parameters, f"{item.pk}-{item.attempt}", report))


def _discard(outcome: Outcome | None) -> None:
    if outcome is not None:
        outcome.discard()


def _store_failure(lease: Lease, error: Exception) -> bool:
    """Store why an item failed; return False if it was not ours to fail (it may even be done: keep its files)."""
    try:
        lease.fail(str(error) or type(error).__name__, traceback.format_exc())
    except LeaseIsLost as reason:
        logger.warning("%s", reason)
        return False
    return True
