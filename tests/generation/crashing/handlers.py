"""Work that a test can interrupt: it writes a file, and a row in the transaction of its commit."""

import os
import signal
import time
import uuid
from pathlib import Path

from generation.models import Corpus
from generation.work import DeviceIsLost, Outcome


def write_slowly(work):
    """Write a file named for this attempt, slowly, and a row for each commit."""
    folder = Path(work.shared["folder"])
    temporary = folder / f".{work.name}.tmp"
    with temporary.open("x") as file:
        for step in range(work.parameters["steps"]):
            file.write(f"{step}\n")
            work.report(step / work.parameters["steps"], f"step {step}")
            time.sleep(work.shared["step_seconds"])
    final = folder / f"{work.name}.txt"
    temporary.replace(final)
    return Outcome(lambda: _store(work.parameters["name"], final), discard=final.unlink)


def _store(name, path):
    key = uuid.uuid4().hex
    Corpus.objects.create(slug=key, digest=key, title=name, folder=str(path), origin="folder", words=[], counts={})
    return {"file": path.name}


def kill_worker(work):
    os.kill(os.getpid(), signal.SIGKILL)


def fail(work):
    raise ValueError(f"There is no {work.parameters['name']}: give another.")


def lose_device(work):
    """Lose the device in the first process that works on it; write down the process that does not."""
    seen = Path(work.shared["folder"]) / "process"
    if not seen.exists() or seen.read_text(encoding="utf-8") == str(os.getpid()):
        seen.write_text(str(os.getpid()), encoding="utf-8")
        raise DeviceIsLost("CUDA does not answer.")
    return Outcome(lambda: _store(work.parameters["name"], seen))
