"""Simulated listeners: programs that answer a study through its own pages, marked as such for ever.

The mark rests on a pass signed with the server's secret (`simulation_pass`), which no page carries.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone

from listening_tests.actions.sessions import StudyIsFull, check_takes_listeners
from listening_tests.models import Session, Study
from listening_tests.simulation.browser import BrowserInProcess, SimulatedBrowser
from listening_tests.simulation.judged_taste import taste_from_judgements
from listening_tests.simulation.taste import SimulatedListener, Taste
from listening_tests.simulation.visit import StudyTakesNobody, Visit
from listening_tests.states import SessionState


@dataclass(frozen=True)
class Crowd:
    """How many simulated listeners come, which share of them drops out or answers without care, and their seed."""

    n_listeners: int
    dropout: float = 0.0
    careless: float = 0.0
    seed: int = 1

    def listeners(self, taste: Taste, first: int) -> list[SimulatedListener]:
        """Return the listeners, numbered from `first`."""
        return [
            SimulatedListener(
                taste, seed=self.seed, number=number, careless_share=self.careless, dropout_share=self.dropout
            )
            for number in range(first, first + self.n_listeners)
        ]


@dataclass(frozen=True)
class Visiting:
    """How a crowd visits: with which browsers, how many listeners at once, and how many seconds each trial takes."""

    browser: Callable[[], SimulatedBrowser] = BrowserInProcess
    at_once: int = 1
    pause: float = 0.0


@dataclass
class Attendance:
    """What became of a crowd."""

    sessions: list[Session] = field(default_factory=list)
    is_full: bool = False

    @property
    def n_completed(self) -> int:
        return sum(session.state == SessionState.COMPLETED for session in self.sessions)

    @property
    def n_excluded(self) -> int:
        return sum(session.excluded_at is not None for session in self.sessions)

    @property
    def n_dropped_out(self) -> int:
        return len(self.sessions) - self.n_completed


def simulate_listeners(
    *,
    study: Study,
    crowd: Crowd,
    taste: Taste | None = None,
    visiting: Visiting | None = None,
    on_visit: Callable[[], object] = lambda: None,
) -> Attendance:
    """Let simulated listeners take the study until all have come or it is full; return what became of them.

    Without a `taste`, they hear what the clips' judges hear (`judged_taste`). Listeners of an earlier crowd keep
    their numbers, so a second crowd is not the first one again. Not atomic: every answer is stored at once, as a
    person's is. Their ears are in this process, so it must see the database of the site whose pages they visit.
    Raises StudyIsClosed, ClipIsUnjudged if there is no taste to be had, PageIsWrong or ServerCannotBeReached.
    """
    taste = taste or taste_from_judgements(study)
    attendance = Attendance()
    try:
        check_takes_listeners(study=study, now=timezone.now(), is_simulated=True)
    except StudyIsFull:
        attendance.is_full = True
        return attendance
    listeners = crowd.listeners(taste, first=study.sessions.of(is_simulated=True).count())
    for session in _visits(study, listeners, visiting or Visiting()):
        if session is None:
            attendance.is_full = True
        else:
            attendance.sessions.append(session)
            on_visit()
    return attendance


def _visits(study: Study, listeners: Sequence[SimulatedListener], visiting: Visiting) -> Iterator[Session | None]:
    """Yield the session of each listener, or None for one who came when the study took nobody any more."""
    is_full = threading.Event()

    def visit(listener: SimulatedListener) -> Session | None:
        if is_full.is_set():
            return None
        try:
            return Visit(study, listener, visiting.browser(), pause=visiting.pause).take()
        except StudyTakesNobody:
            is_full.set()
            return None

    if visiting.at_once == 1:
        yield from map(visit, listeners)
    else:
        yield from _in_threads(visit, listeners, visiting.at_once)


def _in_threads(
    visit: Callable[[SimulatedListener], Session | None], listeners: Sequence[SimulatedListener], n_threads: int
) -> Iterator[Session | None]:
    """Yield what `visit` returns for each listener; let those who wait go home if one cannot go on."""

    def visit_and_leave(listener: SimulatedListener) -> Session | None:
        try:
            return visit(listener)
        finally:
            # Each thread has a connection of its own, and nobody else would close it.
            connection.close()

    with ThreadPoolExecutor(n_threads) as pool:
        try:
            yield from pool.map(visit_and_leave, listeners)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
