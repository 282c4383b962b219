"""Write the documents that are made from the code, or check that they are in step with it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.documentation import documents


class Command(BaseCommand):
    help = "Write the documents that are made from the code (docs/), or check that they are in step with it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Change nothing; fail if a document is out of step.")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        stale = [path for path, text in documents().items() if not path.exists() or path.read_text() != text]
        if check and stale:
            names = ", ".join(str(path.relative_to(settings.BASE_DIR)) for path in stale)
            raise CommandError(f"Out of step with the code: {names}. Run `make docs` and commit what changed.")
        for path in stale:
            path.write_text(documents()[path])
            self.stdout.write(f"Wrote {path.relative_to(settings.BASE_DIR)}")
