"""Open a study to listeners."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from listening_tests.actions.studies import StudyCannotOpen, open_study
from listening_tests.management.study_argument import add_study, study_named


class Command(BaseCommand):
    help = "Open a study to listeners, for the first time or again."

    def add_arguments(self, parser: CommandParser) -> None:
        add_study(parser)

    def handle(self, *args: Any, study: str, **options: Any) -> None:
        try:
            open_study(study=study_named(study), now=timezone.now())
        except StudyCannotOpen as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The study {study} is open. Listeners take it at {reverse('take_study', args=[study])}.")
