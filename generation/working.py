"""The embedded worker: a process that follows the queue's messages, kept alive, and the reaper beside it."""

import logging
import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.context import ForkProcess

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connections

from generation.reaper import reap

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
# How long an item may go on after the worker was asked to end; then it is given back and done again by another.
# Longer than a lease makes no sense: after a kill, others take over that soon.
GRACE_SECONDS = min(5.0, settings.LEASE_SECONDS)
QUEUE_INTERVAL = 0.5


class Supervisor:
    """Starts the process that works, again whenever it ends, looks after leases, and ends the process in order.

    The process is forked: it is there at once, and this one, which has no other thread and never computes, is safe to
    fork.
    """

    def __init__(self) -> None:
        self._is_over = threading.Event()
        self._child: ForkProcess | None = None
        self._reaped_at = float("-inf")

    def run(self) -> None:
        """Keep a working process and the reaper going until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._is_over.set())
        try:
            while not self._is_over.is_set():
                self._start_if_it_ended()
                self._reap_if_due()
                self._is_over.wait(LOOK_SECONDS)
        finally:
            self._end()

    def _start_if_it_ended(self) -> None:
        if self._child is not None and self._child.is_alive():
            return
        if self._child is not None:
            logger.warning("The working process ended (exit status %s); starting it again.", self._child.exitcode)
        connections.close_all()  # A connection cannot be shared with the child.
        self._child = multiprocessing.get_context("fork").Process(target=_follow_queue, args=(os.getpid(),))
        self._child.start()

    def _reap_if_due(self) -> None:
        if time.monotonic() - self._reaped_at < settings.LEASE_SECONDS / 3:
            return
        self._reaped_at = time.monotonic()
        try:
            reap()
        except DatabaseError:
            logger.warning("The database does not answer; looking after leases later.", exc_info=True)
            connections.close_all()

    def _end(self) -> None:
        """Ask the child to end after its item, then to give the item back, then make it end."""
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            if self._child is None or self._child.pid is None or not self._child.is_alive():
                return
            os.kill(self._child.pid, number)
            self._child.join(timeout=GRACE_SECONDS)


def _follow_queue(parent: int) -> None:
    """Do what the queue's messages say, in this process, until told to end or until the supervisor has died."""
    # A session of its own, so that Ctrl-C reaches the supervisor alone, which then ends its child in order.
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, args=(parent,), name="parent watch", daemon=True).start()
    call_command("db_worker", interval=QUEUE_INTERVAL, startup_delay=False, reload=False, verbosity=0)


def _end_with_parent(parent: int) -> None:
    """Ask this process to end when its parent is no longer there, as after a SIGKILL: nobody would restart it."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
