"""Files and folders that are there completely or not at all, whatever crashes or fills up meanwhile."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4


class CannotBeWritten(OSError):
    """The operating system refused to write; what was begun has been removed."""


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write under another name, which becomes `path` once all is written.

    If anything fails, nothing is left of it and an older `path` stays as it was. Raises CannotBeWritten.
    """
    temporary = _beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            yield file
        temporary.replace(path)
    except OSError as error:
        raise _told(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def folder_written_whole(folder: Path) -> Iterator[Path]:
    """Give a folder to fill under another name, which becomes `folder` (not there yet, or empty) at the end.

    If anything fails, nothing is left of it. Raises CannotBeWritten.
    """
    temporary = _beside(folder)
    try:
        temporary.mkdir(parents=True)
        yield temporary
        temporary.replace(folder)
    except OSError as error:
        raise _told(folder, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{uuid4().hex}.tmp")


def _told(path: Path, error: OSError) -> CannotBeWritten:
    return CannotBeWritten(
        error.errno,
        f"could not be written ({error.strerror or error}); nothing half-written is left: make room or choose another "
        "place, then start again",
        str(path),
    )
