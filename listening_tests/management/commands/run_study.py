"""Take a study file all the way to a study that listeners can take."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accounts.models import Researcher
from generation.management.computing import ComputingCommand
from listening_tests.actions import building, preparing, studies
from listening_tests.progress import TerminalProgress
from listening_tests.states import StudyState
from listening_tests.study_file.reading import StudyFileIsWrong, read_study_file


class Command(ComputingCommand):
    help = (
        "Run a study file: corpus, networks, clips, judgements, study. What is there already is not made again, so an "
        "interrupted run goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The study file (YAML; docs/study-file.md).")
        parser.add_argument("--check", action="store_true", help="Only say whether the file is right.")
        parser.add_argument("--draft", action="store_true", help="Leave the study closed to listeners.")
        parser.add_argument("--owner", help="The user name of the researcher whose study it is.")

    def handle(self, *args: Any, file: Path, check: bool, draft: bool, owner: str | None, **options: Any) -> None:
        try:
            study_file = read_study_file(file)
            if check:
                self.stdout.write(f"{file} is a valid study file.")
                return
            study = building.register_study(study_file=study_file, owner=self._researcher(owner))
            preparing.prepare_here(study=study, progress=TerminalProgress(self.stdout))
            if not draft and study.state == StudyState.DRAFT:
                studies.open_study(study=study, now=timezone.now())
        except (
            StudyFileIsWrong, building.StudyHasAnotherProtocol, preparing.PreparationFailed, studies.StudyCannotOpen,
        ) as error:  # fmt: skip
            raise CommandError(str(error)) from error
        self.stdout.write(f"The study {study.slug} is {study.state}. Listeners take it at /take/{study.slug}/.")

    def _researcher(self, username: str | None) -> Researcher | None:
        if username is None:
            return None
        try:
            return Researcher.objects.get(username=username)
        except Researcher.DoesNotExist as error:
            raise CommandError(
                f"There is no researcher {username!r}: `manage.py invite_researcher {username}` makes one."
            ) from error
