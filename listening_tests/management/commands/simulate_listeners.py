"""Let simulated listeners answer a study."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from listening_tests.actions.sessions import StudyIsClosed
from listening_tests.actions.simulation import Attendance, Crowd, Visiting, simulate_listeners
from listening_tests.management.study_argument import add_study, study_named
from listening_tests.simulation.browser import BrowserInProcess, BrowserOverNetwork, ServerCannotBeReached
from listening_tests.simulation.judged_taste import ClipIsUnjudged
from listening_tests.simulation.visit import PageIsWrong


def share(text: str) -> float:
    """Return a share from 0 to 1."""
    number = float(text)
    if not 0 <= number <= 1:
        raise ValueError
    return number


def positive(text: str) -> int:
    """Return a whole number from 1."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


class Command(BaseCommand):
    help = (
        "Let simulated listeners answer an open study through its own pages. They hear what the clips' judges hear, "
        "are marked as simulated for ever, and fill no quota of real listeners."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_study(parser)
        parser.add_argument("--listeners", type=int, default=24, help="How many come.")
        parser.add_argument("--dropout", type=share, default=0.0, help="Share that leaves early, 0 to 1.")
        parser.add_argument("--careless", type=share, default=0.0, help="Share that answers anything, 0 to 1.")
        parser.add_argument("--seed", type=int, default=1, help="The same seed gives the same answers.")
        parser.add_argument("--at-once", type=positive, default=1, help="How many take the study at the same time.")
        parser.add_argument("--pause", type=float, default=0.0, help="How many seconds each trial takes.")
        parser.add_argument(
            "--url", help="A running server of this site that they visit, such as http://127.0.0.1:8000; else none."
        )

    def handle(self, *args: Any, study: str, listeners: int, seed: int, verbosity: int, **options: Any) -> None:
        crowd = Crowd(listeners, dropout=options["dropout"], careless=options["careless"], seed=seed)
        url = options["url"]
        browser = (lambda: BrowserOverNetwork(url)) if url else BrowserInProcess
        visiting = Visiting(browser, at_once=options["at_once"], pause=options["pause"])
        with tqdm(total=listeners, desc="Listeners", unit="", file=self.stderr, disable=verbosity == 0) as bar:
            try:
                attendance = simulate_listeners(
                    study=study_named(study), crowd=crowd, visiting=visiting, on_visit=bar.update
                )
            except (StudyIsClosed, ClipIsUnjudged, PageIsWrong, ServerCannotBeReached) as error:
                raise CommandError(str(error)) from error
        if verbosity:
            self.stdout.write(summary(attendance))


def summary(attendance: Attendance) -> str:
    """Return in a line what became of a crowd."""
    excluded = f" The study's checks excluded {attendance.n_excluded}." if attendance.n_excluded else ""
    full = " The study is full: it took no more." if attendance.is_full else ""
    return (
        f"{attendance.n_completed} simulated listeners finished, {attendance.n_dropped_out} dropped out."
        f"{excluded}{full}"
    )
