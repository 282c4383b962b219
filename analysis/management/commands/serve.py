"""Serve the site with a worker, on this machine."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser

from analysis import serving
from generation.management.computing import ComputingCommand


class Command(ComputingCommand):
    help = "Bring the database up to date, then serve the site and run a worker until interrupted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="The port to listen on, on this machine alone.")

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        try:
            serving.serve(
                port=port, on_ready=lambda: self.stdout.write(f"Serving http://localhost:{port}/; Ctrl-C ends it.")
            )
        except (serving.PortIsTaken, serving.ServerDoesNotAnswer) as error:
            raise CommandError(str(error)) from error
