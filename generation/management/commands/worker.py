"""Do background work until interrupted."""

from typing import Any

from django.core.management.base import BaseCommand

from generation.working import Supervisor


class Command(BaseCommand):
    help = "Do background work until interrupted (Ctrl-C); start as many as there are processors or GPUs to spare."

    def handle(self, *args: Any, **options: Any) -> None:
        Supervisor().run()
