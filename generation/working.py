"""The embedded worker: a process that follows the queue's messages, kept alive, and the reaper beside it."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, close_old_connections

from generation.reaper import reap

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
# How long an item may go on after the worker was asked to end; then it is given back and done again by another.
# Longer than a lease makes no sense: after a kill, others take over that soon.
GRACE_SECONDS = min(5.0, settings.LEASE_SECONDS)
QUEUE_INTERVAL = 0.5


class Supervisor:
    """Starts the process that works, again whenever it ends, and ends it in order."""

    def __init__(self) -> None:
        self._is_over = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Keep a working process and a reaper going until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._is_over.set())
        reaper = threading.Thread(target=self._reap, name="reaper", daemon=True)
        reaper.start()
        try:
            while not self._is_over.wait(LOOK_SECONDS):
                self._start_if_it_ended()
        finally:
            self._end()

    def _start_if_it_ended(self) -> None:
        if self._child is not None and self._child.poll() is None:
            return
        if self._child is not None:
            logger.warning("The working process ended (exit status %s); starting it again.", self._child.returncode)
        # A session of its own, so that Ctrl-C reaches the supervisor alone, which then ends its child in order.
        command = [sys.executable, "manage.py", "worker", "--unsupervised"]
        self._child = subprocess.Popen(command, cwd=settings.BASE_DIR, env=os.environ.copy(), start_new_session=True)

    def _end(self) -> None:
        """Ask the child to end after its item, then to give the item back, then make it end."""
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            if self._child is None or self._child.poll() is not None:
                return
            self._child.send_signal(number)
            try:
                self._child.wait(timeout=GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                logger.warning("The working process goes on; telling it more firmly to end.")

    def _reap(self) -> None:
        while not self._is_over.is_set():
            try:
                close_old_connections()
                reap()
            except DatabaseError:
                logger.warning("The database does not answer; looking after leases later.", exc_info=True)
            self._is_over.wait(settings.LEASE_SECONDS / 3)


def follow_queue() -> None:
    """Do what the queue's messages say, in this process, until told to end or until the supervisor has died."""
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), name="parent watch", daemon=True).start()
    call_command("db_worker", interval=QUEUE_INTERVAL, startup_delay=False, reload=False, verbosity=0)


def _end_with_parent(parent: int) -> None:
    """Ask this process to end when its parent is no longer there, as after a SIGKILL: nobody would restart it."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
