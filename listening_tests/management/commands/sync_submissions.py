"""Take over how a study's submissions at Prolific stand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from listening_tests.actions.recruitment_prolific import StudyIsNotForProlific, StudyIsNotThere, prolific_client
from listening_tests.actions.recruitment_submissions import settle, sync_submissions
from listening_tests.management.study_argument import add_study, study_named
from listening_tests.recruitment.prolific.client import ProlificIsUnreachable, ProlificRefused, TokenIsMissing


class Command(BaseCommand):
    help = (
        "Take over how a study's submissions at Prolific stand: places of returned and timed-out ones are free at "
        "once, and listeners that are still missing are asked for, up to extra_places. To be run every few minutes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_study(parser)
        parser.add_argument(
            "--settle", action="store_true", help="Also approve whoever came to the end, and pay who was screened out."
        )

    def handle(self, *args: Any, study: str, settle: bool, **options: Any) -> None:
        try:
            self._sync(study, is_settling=settle)
        except (
            ProlificIsUnreachable,
            ProlificRefused,
            StudyIsNotForProlific,
            StudyIsNotThere,
            TokenIsMissing,
        ) as error:
            raise CommandError(str(error)) from error

    def _sync(self, slug: str, *, is_settling: bool) -> None:
        study, client, now = study_named(slug), prolific_client(), timezone.now()
        synced = sync_submissions(study=study, client=client, now=now)
        self.stdout.write(
            f"{synced.n_submissions} submissions, {synced.n_changed} changed, {synced.n_places_added} places added."
        )
        if is_settling:
            n_approved, n_screened_out = settle(study=study, client=client, now=now)
            self.stdout.write(f"{n_approved} approved, {n_screened_out} screened out with pay.")
