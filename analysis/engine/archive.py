"""A study's record as one zip archive: two tables, the protocol, a data dictionary, and what a reader must know.

Equal records give equal bytes: rows are in one order, files too, and no clock is read. The formats in `formats/` differ
in how a table is written.
"""

import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO, Any

import pandas as pd

from analysis.engine.columns import Column
from analysis.engine.dictionary import SCHEMAS, data_package, sha256
from analysis.engine.record import RecordInChunks, StudyFacts, StudyRecord, in_one_chunk, study_record

# The first moment a zip archive can name.
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
COPIED_AT_ONCE = 2**20


@dataclass(frozen=True)
class TableFormat:
    """How an archive holds its tables: their files' ending and media type, and what writes and reads one.

    `write(frames, columns, file)` writes one table of all frames, holding one of them at a time, and leaves the file
    open. `read(content, columns, path)` raises ArchiveIsDamaged.
    """

    ending: str
    media_type: str
    write: Callable[[Iterable[pd.DataFrame], Sequence[Column], IO[bytes]], None]
    read: Callable[[bytes, Sequence[Column], str], pd.DataFrame]

    def path(self, table: str) -> str:
        """Return a table's name in the archive."""
        return f"{table}.{self.ending}"


class ArchiveIsDamaged(Exception):
    """A file is no archive of a study, lacks a part, or a part is not what its dictionary says."""


def write(record: StudyRecord, form: TableFormat) -> bytes:
    """Return the record as a zip archive: README.txt, datapackage.json, protocol.json, ratings and judgements."""
    buffer = io.BytesIO()
    write_in_chunks(in_one_chunk(record), form, buffer)
    return buffer.getvalue()


def write_in_chunks(record: RecordInChunks, form: TableFormat, file: IO[bytes]) -> None:
    """Write what `write` returns to a file that can be sought in, holding one frame of ratings at a time.

    The tables wait in temporary files: what stands before them in the archive counts and hashes them. Nothing is
    written to `file` before every frame has been checked. Raises RatingsFrameIsWrong.
    """
    tally = _Tally()
    frames = {"ratings": tally.counting(record.ratings), "judgements": [record.judgements]}
    with ExitStack() as open_tables:
        tables = {form.path(name): open_tables.enter_context(tempfile.TemporaryFile()) for name in SCHEMAS}
        for name, (columns, _) in SCHEMAS.items():
            form.write(frames[name], columns, tables[form.path(name)])
        told = {
            "README.txt": _readme(record, tally, form).encode(),
            "datapackage.json": _json(data_package(record.facts, tables, form.media_type)),
            "protocol.json": _json(record.protocol),
        }
        _zip({**{name: io.BytesIO(content) for name, content in told.items()}, **tables}, file)


@dataclass
class _Tally:
    """How many ratings went by, and whose."""

    listeners: set[str] = field(default_factory=set)
    n_sessions: int = 0
    n_ratings: int = 0

    def counting(self, frames: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        """Yield frames of whole sessions, counting them."""
        for frame in frames:
            self.listeners.update(frame["listener"].unique())
            self.n_sessions += frame["session"].nunique()
            self.n_ratings += len(frame)
            yield frame


def read(content: bytes, form: TableFormat) -> StudyRecord:
    """Return the record that `write` was given.

    Raises ArchiveIsDamaged naming the part (for a table: line and column), or RatingsFrameIsWrong.
    """
    files = _unzip(content, ("datapackage.json", "protocol.json", *(form.path(name) for name in SCHEMAS)))
    facts, resources, protocol = _description(files)
    frames = {}
    for name, (columns, _) in SCHEMAS.items():
        path = form.path(name)
        _check_hash(path, files[path], resources.get(name))
        frames[name] = form.read(files[path], columns, path)
    return study_record(facts, protocol, frames["ratings"], frames["judgements"])


def columns_in(names: Sequence[str], columns: Sequence[Column], where: str) -> list[Column]:
    """Return the columns that a table in an archive has; older archives lack those that came later.

    Raises ArchiveIsDamaged.
    """
    there = [column for column in columns if column.name in names or not column.may_be_absent]
    if list(names) != [column.name for column in there]:
        raise ArchiveIsDamaged(f"{where}: the columns are not {', '.join(column.name for column in columns)}.")
    return there


def _description(files: Mapping[str, bytes]) -> tuple[StudyFacts, dict[str, str], dict[str, Any]]:
    """Return the facts, the declared hash of each table, and the protocol."""
    try:
        package = json.loads(files["datapackage.json"])
        hashes = {resource["name"]: resource["hash"] for resource in package["resources"]}
        return StudyFacts(**package["hearsay"]), hashes, json.loads(files["protocol.json"])
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveIsDamaged(
            f"datapackage.json or protocol.json is not as it was exported ({error!r}): export the archive again."
        ) from error


def _zip(files: Mapping[str, IO[bytes]], target: IO[bytes]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, whatever this machine is
            entry.external_attr = 0o644 << 16
            # Says before the first byte whether the entry needs the header of a large file.
            entry.file_size = content.seek(0, io.SEEK_END)
            content.seek(0)
            with archive.open(entry, "w") as member:
                shutil.copyfileobj(content, member, COPIED_AT_ONCE)


def _unzip(content: bytes, needed: Sequence[str]) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile as error:
        raise ArchiveIsDamaged(f"The file is not a whole zip archive ({error}): export it again.") from error
    for name in needed:
        if name not in files:
            raise ArchiveIsDamaged(f"The archive lacks {name}: export it again.")
    return files


def _check_hash(path: str, content: bytes, declared: str | None) -> None:
    found = sha256(io.BytesIO(content))
    if found != declared:
        raise ArchiveIsDamaged(
            f"{path} was changed after the export: its hash is {found}, the dictionary says {declared}. "
            "Use the archive as it was exported."
        )


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _readme(record: RecordInChunks, tally: _Tally, form: TableFormat) -> str:
    facts = record.facts
    ratings, judgements = (form.path(name) for name in SCHEMAS)
    lines = [
        facts.title, "=" * len(facts.title), "",
        *(line for statement in facts.statements for line in (statement.upper(), "")),
        f"Study:          {facts.study}, version {facts.version}, seed {facts.seed}",
        f"Protocol:       protocol.json, SHA-256 {facts.protocol_sha256}",
        f"Corpus:         {facts.corpus}" + (f" ({facts.licence})" if facts.licence else ""),
        f"Listeners:      {len(tally.listeners)} {facts.listeners}, {tally.n_sessions} sessions",
        f"Ratings:        {tally.n_ratings} ({ratings}): every valid rating of a session that was not withdrawn",
        f"Judgements:     {len(record.judgements)} ({judgements}): what classifiers say of the clips",
        f"Made with:      {', '.join(f'{name} {number}' for name, number in sorted(facts.versions.items()))}", "",
        "The columns of both tables are described in datapackage.json (Frictionless Table Schema), which also holds",
        "the SHA-256 of each table. Listeners and sessions are pseudonyms. Times are in UTC; an empty cell is missing.",
        "",
        "Every number of the results can be computed again from this archive alone:", "",
        "    python manage.py analyse --archive THIS_FILE.zip", "",
    ]  # fmt: skip
    return "\n".join(lines)
