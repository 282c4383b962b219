"""A Hearsay of its own in a folder, whose worker processes a test may kill."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import psycopg
from django.conf import settings

REQUEST = """
import json, sys, django
django.setup()
from generation.actions.jobs import request_job
kind, shared, items = json.loads(sys.argv[1])
print(request_job(kind=kind, title="Interrupted", parameters=shared, item_parameters=items).pk)
"""


class WorkerSite:
    """A database (SQLite in the folder, or PostgreSQL), a folder of results, and the processes that work on them."""

    def __init__(self, folder, lease_seconds=1.2, postgres=""):
        self.folder = folder
        self.postgres = postgres
        self.results = folder / "results"
        self.results.mkdir()
        self.environment = {
            **os.environ,
            "HEARSAY_VAR": str(folder),
            "HEARSAY_LEASE_SECONDS": str(lease_seconds),
            "DJANGO_SETTINGS_MODULE": "tests.generation.crash_settings",
            "DATABASE_URL": postgres,
        }
        self.supervisors = []

    def migrate(self):
        self.python("manage.py", "migrate", "-v0")

    def python(self, *arguments):
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    def request(self, kind, shared, items):
        return int(self.python("-c", REQUEST, json.dumps([kind, shared, items])))

    def start_worker(self):
        with (self.folder / "worker.log").open("a") as log:
            worker = subprocess.Popen(
                [sys.executable, "manage.py", "worker"],
                cwd=settings.BASE_DIR, env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        self.supervisors.append(worker)
        return worker

    def query(self, sql):
        if self.postgres:
            with psycopg.connect(self.postgres) as connection:
                return connection.execute(sql).fetchall()
        connection = sqlite3.connect(self.folder / "hearsay.sqlite3", timeout=20)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def wait_for(self, sql):
        """Return the rows of a query once there are any."""
        return self._wait(lambda: self.query(sql), sql)

    def wait_for_log(self, text):
        """Wait until a worker has said something."""
        self._wait(lambda: text in self.log(), text)

    def log(self):
        return (self.folder / "worker.log").read_text()

    def _wait(self, look, what, seconds=90):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := look():
                return found
            time.sleep(0.05)
        raise AssertionError(f"Nothing after {seconds} s: {what}\n{self.log()}")

    def holder(self):
        """Return the item that is being worked on and the process that does it, once there is one."""
        now = "now()" if self.postgres else "strftime('%Y-%m-%d %H:%M:%f', 'now')"
        alive = f"state = 'leased' AND lease_until > {now}"
        item, worker = self.wait_for(f"SELECT id, worker FROM generation_jobitem WHERE {alive} AND progress > 0")[0]
        return item, int(worker.rpartition(":")[2])

    def end(self):
        for worker in self.supervisors:
            if worker.poll() is None:
                worker.send_signal(signal.SIGTERM)
                worker.wait(timeout=20)
