"""Do background work until interrupted."""

from typing import Any

from generation.management.computing import ComputingCommand
from generation.working import Supervisor


class Command(ComputingCommand):
    help = "Do background work until interrupted (Ctrl-C); start as many as there are processors or GPUs to spare."

    def handle(self, *args: Any, **options: Any) -> None:
        Supervisor().run()
