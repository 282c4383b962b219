"""Simulated listeners: programs that answer a study through its own pages, marked as such for ever.

The mark rests on a pass signed with the server's secret (`simulation_pass`), which no page carries.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import timezone

from listening_tests.actions.sessions import StudyIsFull, check_takes_listeners
from listening_tests.judged_taste import taste_from_judgements
from listening_tests.models import Session, Study
from listening_tests.simulated_visit import Visit
from listening_tests.states import SessionState
from listening_tests.taste import SimulatedListener, Taste


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


@dataclass
class Attendance:
    """What became of a crowd."""

    sessions: list[Session] = field(default_factory=list)
    is_full: bool = False

    @property
    def n_completed(self) -> int:
        return sum(session.state == SessionState.COMPLETED for session in self.sessions)

    @property
    def n_dropped_out(self) -> int:
        return len(self.sessions) - self.n_completed


def simulate_listeners(
    *, study: Study, crowd: Crowd, taste: Taste | None = None, on_visit: Callable[[], object] = lambda: None
) -> Attendance:
    """Let simulated listeners take the study until all have come or it is full; return what became of them.

    Without a `taste`, they hear what the clips' judges hear (`judged_taste`). Listeners of an earlier crowd keep
    their numbers, so a second crowd is not the first one again. Not atomic: every answer is stored at once, as a
    person's is. Raises StudyIsClosed, or ClipIsUnjudged if there is no taste to be had.
    """
    taste = taste or taste_from_judgements(study)
    attendance = Attendance()
    for listener in crowd.listeners(taste, first=study.sessions.of(is_simulated=True).count()):
        try:
            check_takes_listeners(study=study, now=timezone.now(), is_simulated=True)
        except StudyIsFull:
            attendance.is_full = True
            break
        attendance.sessions.append(Visit(study, listener).take())
        on_visit()
    return attendance
