"""Keep the translations of what listeners read in step with the code."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Bring the catalogues of listeners' texts up to date and compile them, for developers (needs Babel)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail where something is missing.")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        try:
            from listening_tests.management import translations
        except ImportError as error:
            raise CommandError("Babel is not installed: it comes with requirements-dev.txt.") from error
        if check:
            try:
                translations.check_catalogues()
            except translations.CatalogueIsIncomplete as error:
                raise CommandError(str(error)) from error
            return
        for path in translations.update_catalogues():
            self.stdout.write(f"Wrote {path}")
