"""Look at background work, cancel it, ask for it again, or do it here."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from generation.actions.jobs import JobCannotBeRetried, JobHasEnded, cancel_job, retry_job
from generation.management.computing import ComputingCommand
from generation.management.terminal import run_with_bar
from generation.models import Job

SHOWN = 30


class Command(ComputingCommand):
    help = "List the newest jobs, or cancel, retry or run some by their numbers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", nargs="?", choices=["list", "cancel", "retry", "run"], default="list")
        parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="The jobs' numbers.")

    def handle(self, *args: Any, what: str, numbers: list[int], **options: Any) -> None:
        if what == "list":
            self._list()
            return
        if not numbers:
            raise CommandError(f"Say which jobs to {what}: manage.py jobs {what} NUMBER ...")
        for number in numbers:
            self._do(what, number)

    def _do(self, what: str, number: int) -> None:
        try:
            job = Job.objects.get(pk=number)
        except Job.DoesNotExist as error:
            raise CommandError(f"There is no job {number}: `manage.py jobs` lists them.") from error
        try:
            if what == "cancel":
                cancel_job(job=job)
            elif what == "retry":
                retry_job(job=job)
            else:
                run_with_bar(job)
        except (JobHasEnded, JobCannotBeRetried) as error:
            raise CommandError(str(error)) from error
        job.refresh_from_db()
        self.stdout.write(f"{job.pk} {job.state} {job.title}")

    def _list(self) -> None:
        jobs: Any = Job.objects.with_progress().order_by("-created_at", "-pk")[:SHOWN]
        for job in jobs:
            self.stdout.write(
                f"{job.pk:>6} {job.state:<10} {job.fraction:>4.0%} {job.n_done}/{job.n_items} {job.title}"
            )
            if job.error:
                self.stdout.write(f"       {job.error}")
        if not jobs:
            self.stdout.write("Nothing has been asked for.")
