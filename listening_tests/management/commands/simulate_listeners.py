"""Let simulated listeners answer a study."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from listening_tests.actions.sessions import StudyIsClosed
from listening_tests.actions.simulation import Crowd, simulate_listeners
from listening_tests.judged_taste import ClipIsUnjudged
from listening_tests.management.study_argument import add_study, study_named
from listening_tests.simulated_visit import PageIsWrong


def share(text: str) -> float:
    """Return a share from 0 to 1."""
    number = float(text)
    if not 0 <= number <= 1:
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

    def handle(self, *args: Any, study: str, listeners: int, seed: int, verbosity: int, **options: Any) -> None:
        crowd = Crowd(listeners, dropout=options["dropout"], careless=options["careless"], seed=seed)
        with tqdm(total=listeners, desc="Listeners", unit="", file=self.stderr, disable=verbosity == 0) as bar:
            try:
                attendance = simulate_listeners(study=study_named(study), crowd=crowd, on_visit=bar.update)
            except (StudyIsClosed, ClipIsUnjudged, PageIsWrong) as error:
                raise CommandError(str(error)) from error
        if verbosity:
            full = " The study is full: it took no more." if attendance.is_full else ""
            self.stdout.write(
                f"{attendance.n_completed} simulated listeners finished, {attendance.n_dropped_out} dropped out.{full}"
            )
