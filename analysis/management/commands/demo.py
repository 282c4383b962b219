"""Run the main job on embedded defaults, then serve it."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser

from accounts.actions import give_one_time_password
from analysis import demonstration, serving
from generation.management.computing import ComputingCommand
from listening_tests.progress import TerminalProgress

RESEARCHER = "researcher"


class Command(ComputingCommand):
    help = (
        "Run the demo study from corpus to results on embedded defaults, then serve it: one study to take, one "
        "answered by simulated listeners. A second run finds everything there and serves it at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="The port to listen on, on this machine alone.")
        parser.add_argument("--no-serve", action="store_true", help="Make everything, but serve nothing.")

    def handle(self, *args: Any, port: int, no_serve: bool, **options: Any) -> None:
        try:
            serving.check_port(port)
            call_command("migrate", verbosity=0)
            call_command("collectstatic", interactive=False, verbosity=0)
            password = give_one_time_password(username=RESEARCHER, is_superuser=True)
            with serving.running_worker():
                demonstration.make(progress=TerminalProgress(self.stderr), owner=RESEARCHER)
            if not no_serve:
                serving.serve(port=port, on_ready=lambda: self._say_where(port, password))
        except (serving.PortIsTaken, serving.ServerDoesNotAnswer, demonstration.DemoCannotBeMade) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted. What was made is kept: run it again to go on.") from None

    def _say_where(self, port: int, password: str | None) -> None:
        address = f"http://localhost:{port}"
        known = f"one-time password {password}" if password else "the password that you set"
        self.stdout.write(
            f"\nTake the study:    {address}/take/{demonstration.TO_TAKE}/"
            f"\nSee results:       {address}/results/{demonstration.ANSWERED}/ (simulated listeners, synthetic speech)"
            f"\nLog in:            {address}/accounts/login/ as {RESEARCHER} with {known}"
            f"\nEverything is in   {settings.VAR_DIR}. Ctrl-C ends the server and the worker; nothing is lost.\n"
        )
