"""Commands that compute: where, and with how many threads, said on the command line."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class ComputingCommand(BaseCommand):
    """A command with --device and --threads, which go before HEARSAY_DEVICE and HEARSAY_THREADS."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Add the two options to the command's own."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--device", help=f"cpu, cuda, cuda:1 ... or auto. Default: {settings.DEVICE}.")
        parser.add_argument("--threads", type=int, help=f"Of the processor; 0: PyTorch's. Default: {settings.THREADS}.")
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Take the options as this process's settings, and as those of the processes it starts."""
        device, threads = options.get("device"), options.get("threads")
        if device is not None:
            settings.DEVICE = os.environ["HEARSAY_DEVICE"] = device
        if threads is not None and threads < 0:
            raise CommandError(f"--threads is {threads}: give a number from 0 up.")
        if threads is not None:
            settings.THREADS = threads
            os.environ["HEARSAY_THREADS"] = str(threads)
        return super().execute(*args, **options)
