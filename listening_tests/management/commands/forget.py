"""Delete what could lead to listeners, once its time is over."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from listening_tests.actions.rights import forget_listeners
from listening_tests.management.study_argument import study_named
from listening_tests.models import Study


class Command(BaseCommand):
    help = (
        "Delete personal links, completion codes and typed texts of sessions that are older than their study keeps "
        "them (rights.retention_days). To be run daily, by cron or a timer. Ratings stay."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", nargs="?", help="One study; all, if left out.")

    def handle(self, *args: Any, study: str | None, **options: Any) -> None:
        for each in [study_named(study)] if study else Study.objects.order_by("slug"):
            forgotten = forget_listeners(study=each, now=timezone.now())
            self.stdout.write(
                f"{each.slug}: {forgotten.n_sessions} sessions forgotten, {forgotten.n_texts} texts deleted"
            )
