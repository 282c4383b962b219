"""How a server bears many listeners at once: answers per second, and how long pages take.

    python -m benchmarks.listening_load [--listeners 100] [--database sqlite --database postgres] [--pause 4]

On each database twice. First all listeners at once without a pause between pages, the most that a server can be asked:
gives its answers per second. Then with a pause for each trial, as people take to hear a sound and judge it: gives what
a listener waits for. Each time everything is measured for `--seconds`, once all listeners have begun. The listeners run
in another process on the same machine, so they share its processors. Times are those of the server's own access log:
from the request's arrival at a thread to the last byte of the answer.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.listening_site import ROOT, ListeningSite, listening_site, make_study

# The simulated listeners, in a process of their own.
CROWD = """
import sys, django
django.setup()
from listening_tests.actions.simulation import Crowd, Visiting, simulate_listeners
from listening_tests.models import Study
from listening_tests.simulation.browser import BrowserOverNetwork
from listening_tests.simulation.taste import Taste
url, n, pause = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
simulate_listeners(
    study=Study.objects.get(), crowd=Crowd(n), taste=Taste({}),
    visiting=Visiting(lambda: BrowserOverNetwork(url), at_once=n, pause=pause),
)
"""
# How long all listeners may take to begin.
BEGIN_SECONDS = 300

KINDS = ("trial page", "answer", "sound")
COLUMNS = (
    "database", "listeners at once", "pause", "answers a second", "requests", "all p50, p95 ms",
    *(f"{kind} p95 ms" for kind in KINDS), "largest page KB", "errors",
)  # fmt: skip


class NobodyBegins(Exception):
    """The listeners did not come in time: the server is too slow, or the crowd has ended."""


@dataclass(frozen=True)
class Request:
    """What the server noted of one request: kind, status, time in milliseconds, size of the body in bytes."""

    kind: str
    status: int
    milliseconds: float
    size: int


def main() -> None:
    asked = _arguments().parse_args()
    if asked.folder:
        _measure_here(asked, Path(asked.folder))
        return
    print(f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f} before.\n")
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + "---|" * len(COLUMNS))
    for database in asked.database or ("sqlite", "postgres"):
        # Django knows one database in a process, so each has a process of its own.
        folder = tempfile.mkdtemp(prefix=f"hearsay-load-{database}-")
        own = ["--database", database, "--folder", folder, "--listeners", str(asked.listeners)]
        own += ["--pause", str(asked.pause), "--trials", str(asked.trials), "--seconds", str(asked.seconds)]
        command = [sys.executable, "-m", "benchmarks.listening_load", *own]
        measured = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        print(measured.stdout, end="", flush=True)


def _measure_here(asked: argparse.Namespace, folder: Path) -> None:
    (database,) = asked.database
    with listening_site(folder, database) as site:
        make_study(n_systems=8, n_words=10, quota=1000, trials=asked.trials)
        for pause in (0.0, asked.pause):
            requests = _during(site, asked, pause)
            print(_row(database, asked, pause, requests), flush=True)


def _during(site: ListeningSite, asked: argparse.Namespace, pause: float) -> list[Request]:
    """Return the requests that the server answered while all listeners were at work. Raises NobodyBegins."""
    command = [sys.executable, "-c", CROWD, site.url, str(asked.listeners), str(pause)]
    n_before = _n_begun()
    crowd = subprocess.Popen(command, cwd=ROOT)
    try:
        _wait_until_begun(n_before + asked.listeners)
        site.access_log.write_text("")
        time.sleep(asked.seconds)
        return _requests(site.access_log)
    finally:
        crowd.kill()
        crowd.wait()


def _n_begun() -> int:
    """Return how many sessions have an answer."""
    from listening_tests.models import Session

    return Session.objects.filter(trials__answered_at__isnull=False).distinct().count()


def _wait_until_begun(n_sessions: int) -> None:
    deadline = time.monotonic() + BEGIN_SECONDS
    while _n_begun() < n_sessions:
        if time.monotonic() > deadline:
            raise NobodyBegins(f"Within {BEGIN_SECONDS} s not all listeners gave an answer.")
        time.sleep(1)


def _requests(access_log: Path) -> list[Request]:
    """Return what the server noted, one request after the other."""
    requests = []
    for line in access_log.read_text().splitlines():
        method, path, status, microseconds, size = line.split()
        requests.append(
            Request(_kind(method, path), int(status), int(microseconds) / 1000, int(size.replace("-", "0")))
        )
    return requests


def _kind(method: str, path: str) -> str:
    """Return what a request was: a trial's page, an answer, a sound, or another page."""
    if "/sound/" in path:
        return "sound"
    if path.endswith("/trial/"):
        return "answer" if method == "POST" else "trial page"
    return "other page"


def _row(database: str, asked: argparse.Namespace, pause: float, requests: list[Request]) -> str:
    """Return one line of the table."""
    times = [[each.milliseconds for each in requests if each.kind == kind] for kind in KINDS]
    p50, p95 = np.percentile([each.milliseconds for each in requests], [50, 95])
    largest = max(each.size for each in requests if each.kind != "sound") / 1000
    n_answers = sum(each.kind == "answer" and each.status == 302 for each in requests)
    n_errors = sum(each.status >= 400 for each in requests)
    of_kinds = " | ".join(f"{np.percentile(each, 95):.0f}" for each in times)
    return (
        f"| {database} | {asked.listeners} | {pause:g} s | {n_answers / asked.seconds:.0f} | {len(requests)} "
        f"| {p50:.0f}, {p95:.0f} | {of_kinds} | {largest:.1f} | {n_errors} |"
    )


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--listeners", type=int, default=100)
    parser.add_argument("--database", action="append", choices=("sqlite", "postgres"), help="Both if left out.")
    parser.add_argument("--folder", help="Where the site is made, if one database is asked for; else temporary ones.")
    parser.add_argument("--pause", type=float, default=4.0, help="How many seconds a listener takes for each trial.")
    parser.add_argument("--seconds", type=float, default=30.0, help="How long is measured.")
    parser.add_argument("--trials", type=int, default=40, help="Samples in each of a session's two blocks.")
    return parser


if __name__ == "__main__":
    main()
