"""Do background work until interrupted."""

from argparse import SUPPRESS
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from generation.working import Supervisor, follow_queue


class Command(BaseCommand):
    help = "Do background work until interrupted (Ctrl-C); start as many as there are processors or GPUs to spare."

    def add_arguments(self, parser: CommandParser) -> None:
        # What the supervisor starts: the working process itself.
        parser.add_argument("--unsupervised", action="store_true", help=SUPPRESS)

    def handle(self, *args: Any, unsupervised: bool, **options: Any) -> None:
        if unsupervised:
            follow_queue()
        else:
            Supervisor().run()
