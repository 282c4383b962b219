"""A crowd of simulated listeners at a real server that is killed again and again: are quotas kept, is an answer lost?

    python -m benchmarks.listening_crowd [--database sqlite|postgres] [--listeners 200] [--at-once 50] [--kills 10]

Some of the listeners drop out, some answer without care and are excluded when their session ends. When the crowd has
gone, the time of unfinished sessions is declared over and listeners replace those who were lost, until the study is
full. Then the database is compared with every answer that the server had acknowledged. Prints what was found as JSON;
ends with status 1 if `faults` are among it.
"""

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.listening_site import ListeningSite, listening_site, make_study

if TYPE_CHECKING:
    from listening_tests.models import Session, Study

# More crowds than this would mean that places are never filled.
MOST_CROWDS = 12


@dataclass
class Findings:
    """What became of a study: counts, and everything that should not be.

    `fewest_ratings` gives for each block's method how many valid ratings its least rated set has.
    """

    n_sessions: int = 0
    n_completed: int = 0
    n_unfinished: int = 0
    n_excluded: int = 0
    n_kills: int = 0
    n_acknowledged: int = 0
    n_ratings: int = 0
    n_crowds: int = 0
    seconds: float = 0.0
    fewest_ratings: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


@dataclass
class Acknowledged:
    """What the server has told its listeners: the answer it took to each sound, and the pages of their sessions."""

    answers: dict[str, str] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)


def main() -> int:
    asked = _arguments().parse_args()
    folder = Path(asked.folder or tempfile.mkdtemp(prefix="hearsay-crowd-"))
    with listening_site(folder, asked.database) as site:
        study = make_study(n_systems=asked.systems, n_words=asked.words, quota=asked.quota, trials=asked.trials)
        findings = run(site, study, asked)
    print(json.dumps(asdict(findings)))
    return bool(findings.faults)


def run(site: ListeningSite, study: "Study", asked: argparse.Namespace) -> Findings:
    """Let crowds come until the study is full; return what the database then holds."""
    from listening_tests.actions.simulation import Crowd, Visiting, simulate_listeners
    from listening_tests.simulation.taste import Taste

    findings, acknowledged = Findings(), Acknowledged()
    visiting = Visiting(lambda: _witness(site.url, acknowledged), at_once=asked.at_once)
    taste = Taste({f"system-{number}": 1.5 + 3 * number / asked.systems for number in range(asked.systems)})
    begun = time.monotonic()
    with _killing(site, asked.kills, asked.seed, findings):
        for number in range(MOST_CROWDS):
            # Those who replace others come in smaller groups.
            crowd = Crowd(
                asked.listeners if number == 0 else max(asked.at_once, asked.listeners // 4),
                dropout=asked.dropout,
                careless=asked.careless,
                seed=asked.seed,
            )
            attendance = simulate_listeners(study=study, crowd=crowd, taste=taste, visiting=visiting)
            if attendance.is_full and not _let_time_pass(study):
                break
    findings.n_crowds, findings.seconds = number + 1, round(time.monotonic() - begun, 1)
    _examine(study, acknowledged, asked.quota, findings)
    return findings


def _witness(url: str, acknowledged: Acknowledged) -> Any:
    """Return a browser that notes each answer and each session once the server has acknowledged it."""
    from listening_tests.simulation.browser import BrowserOverNetwork, Reply

    class Witness(BrowserOverNetwork):
        def post(self, address: str, fields: Mapping[str, str], *, page: str) -> Reply:
            reply = super().post(address, fields, page=page)
            if "sound" in fields and reply.status == 302:
                acknowledged.answers[fields["sound"]] = fields["answer-0"]
            if "agree" in fields and reply.status == 302:
                acknowledged.sessions.add(reply.location)
            return reply

    return Witness(url)


@contextmanager
def _killing(site: ListeningSite, n_kills: int, seed: int, findings: Findings) -> Iterator[None]:
    """Kill the server at random moments and start it again, `n_kills` times or until the block ends."""
    dice, is_over = random.Random(seed), threading.Event()

    def kill_again_and_again() -> None:
        while findings.n_kills < n_kills and not is_over.wait(dice.uniform(0.3, 2.0)):
            site.kill_server()
            site.start_server()
            findings.n_kills += 1

    killer = threading.Thread(target=kill_again_and_again)
    killer.start()
    try:
        yield
    finally:
        is_over.set()
        killer.join()


def _let_time_pass(study: "Study") -> bool:
    """Declare the time of unfinished sessions over; return whether that opened places."""
    from django.utils import timezone

    from listening_tests.reservations import is_full, offer
    from listening_tests.states import SessionState

    now = timezone.now()
    begun = (SessionState.CONSENTED, SessionState.LISTENING)
    study.sessions.filter(state__in=begun, expires_at__gt=now).update(expires_at=now)
    return not is_full(offer(study, is_simulated=True, now=now))


def _examine(study: "Study", acknowledged: Acknowledged, quota: int, findings: Findings) -> None:
    """Count what the database holds, and note what should not be."""
    from django.urls import reverse

    from listening_tests.models import Rating
    from listening_tests.states import SessionState

    sessions = list(study.sessions.order_by("pk"))
    findings.n_sessions = len(sessions)
    findings.n_completed = sum(session.state == SessionState.COMPLETED for session in sessions)
    findings.n_unfinished = findings.n_sessions - findings.n_completed
    findings.n_excluded = sum(session.excluded_at is not None for session in sessions)
    stored = dict(Rating.objects.values_list("presentation__key", "response"))
    answers = acknowledged.answers
    findings.n_ratings, findings.n_acknowledged = len(stored), len(answers)
    findings.faults += [f"lost or changed: {key}" for key in answers if stored.get(key) != answers[key]]
    findings.faults += [f"never acknowledged: {key}" for key in stored if key not in answers]
    for session in sessions:
        if reverse("session", args=[session.key]) not in acknowledged.sessions:
            findings.faults.append(f"session {session.pk} was begun, but nobody was led to it")
        findings.faults += _faults_of(session)
    _examine_quotas(study, quota, findings)


def _faults_of(session: "Session") -> list[str]:
    """Return which rules a session breaks."""
    faults = []
    rows = session.trials.order_by("position").select_related("stimulus_set")
    trials = [trial for trial in rows if trial.role == "sample"]
    for block in {trial.block_id for trial in trials}:
        own = [trial.stimulus_set for trial in trials if trial.block_id == block]
        if max(Counter((each.system, each.word) for each in own).values()) > 1:
            faults.append(f"session {session.pk} hears a word twice from a system")
        if any(one.word == other.word for one, other in pairwise(own)):
            faults.append(f"session {session.pk} hears a word twice running")
    is_answered = [trial.answered_at is not None for trial in rows]
    if is_answered != sorted(is_answered, reverse=True):
        faults.append(f"session {session.pk} answered a trial before its turn")
    if session.state == "completed" and not (all(is_answered) and session.completion_code):
        faults.append(f"session {session.pk} is completed without all its answers")
    return faults


def _examine_quotas(study: "Study", quota: int, findings: Findings) -> None:
    """Compare the valid ratings of each block's sets with the quota and with each other."""
    from listening_tests.models import Rating

    for block in study.blocks.order_by("position"):
        valid = Rating.objects.filter(
            presentation__trial__block=block, presentation__trial__role="sample",
            presentation__trial__session__excluded_at=None,
        )  # fmt: skip
        counts = dict.fromkeys(block.sets.filter(role="sample").values_list("pk", flat=True), 0)
        counts |= Counter(valid.values_list("presentation__trial__stimulus_set_id", flat=True))
        findings.fewest_ratings[block.method] = min(counts.values())
        if min(counts.values()) < quota:
            findings.faults.append(f"{block.method}: a set has {min(counts.values())} of {quota} ratings")
        unavoidable = int(sum(counts.values()) % len(counts) > 0)
        if max(counts.values()) - min(counts.values()) > unavoidable + 1:
            findings.faults.append(f"{block.method}: sets have from {min(counts.values())} to {max(counts.values())}")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--folder", help="Where the site is made; a temporary one if left out.")
    parser.add_argument("--listeners", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=50)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--careless", type=float, default=0.1)
    parser.add_argument("--kills", type=int, default=0, help="How often the server is killed meanwhile, at most.")
    parser.add_argument("--systems", type=int, default=8)
    parser.add_argument("--words", type=int, default=10)
    parser.add_argument("--quota", type=int, default=15)
    parser.add_argument("--trials", type=int, default=8, help="Samples in each of a session's two blocks.")
    parser.add_argument("--seed", type=int, default=1)
    return parser


if __name__ == "__main__":
    sys.exit(main())
