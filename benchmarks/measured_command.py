"""What a command takes that runs in a process of its own."""

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Taken:
    """Seconds of the clock, seconds of the processor, and the most memory that one of its processes held, in bytes."""

    wall: float
    processor: float
    peak: int


def run_measured(command: Sequence[str], **options: Any) -> Taken:
    """Run a command to its end, with options of subprocess.Popen; return what it and its own children took.

    Raises subprocess.CalledProcessError.
    """
    started = time.perf_counter()
    child = subprocess.Popen(command, **options)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return Taken(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
