"""Close a study to new listeners."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from listening_tests.actions.studies import StudyCannotClose, close_study
from listening_tests.management.study_argument import add_study, study_named


class Command(BaseCommand):
    help = "Close a study to new listeners. Whoever has begun may finish, and it can be opened again."

    def add_arguments(self, parser: CommandParser) -> None:
        add_study(parser)

    def handle(self, *args: Any, study: str, **options: Any) -> None:
        try:
            close_study(study=study_named(study), now=timezone.now())
        except StudyCannotClose as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The study {study} is closed. Listeners who have begun may finish.")
