"""A study's record as one zip archive of CSV files with a data dictionary.

Equal records give equal bytes: rows are in one order, files too, and no clock is read.
"""

import csv
import io
import json
import math
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from analysis.engine.dictionary import SCHEMAS, TIME_FORMAT, data_package, sha256
from analysis.engine.ratings import JUDGEMENTS, RATINGS, Column
from analysis.engine.record import StudyFacts, StudyRecord, study_record

# The first moment a zip archive can name.
FIXED_TIME = (1980, 1, 1, 0, 0, 0)


class ArchiveIsDamaged(Exception):
    """A file is no archive of a study, lacks a part, or a part is not what its dictionary says."""


def write_archive(record: StudyRecord) -> bytes:
    """Return the record as a zip archive: README.txt, datapackage.json, protocol.json, ratings.csv, judgements.csv."""
    tables = {
        "ratings.csv": csv_table(record.ratings, RATINGS),
        "judgements.csv": csv_table(record.judgements, JUDGEMENTS),
    }
    files = {
        "README.txt": _readme(record).encode(),
        "datapackage.json": _json(data_package(record, tables)),
        "protocol.json": _json(record.protocol),
        **tables,
    }
    return _zip(files)


def read_archive(content: bytes) -> StudyRecord:
    """Return the record that `write_archive` was given.

    Raises ArchiveIsDamaged naming the part (for a table: line and column), or RatingsFrameIsWrong.
    """
    files = _unzip(content)
    facts, resources, protocol = _description(files)
    frames = {}
    for name, (columns, _) in SCHEMAS.items():
        path = f"{name}.csv"
        _check_hash(path, files[path], resources.get(name))
        frames[name] = _frame(files[path], columns, path)
    return study_record(facts, protocol, frames["ratings"], frames["judgements"])


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


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, whatever this machine is
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def _unzip(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile as error:
        raise ArchiveIsDamaged(f"The file is not a whole zip archive ({error}): export it again.") from error
    for name in ("datapackage.json", "protocol.json", "ratings.csv", "judgements.csv"):
        if name not in files:
            raise ArchiveIsDamaged(f"The archive lacks {name}: export it again.")
    return files


def _check_hash(path: str, content: bytes, declared: str | None) -> None:
    if sha256(content) != declared:
        raise ArchiveIsDamaged(
            f"{path} was changed after the export: its hash is {sha256(content)}, the dictionary says {declared}. "
            "Use the archive as it was exported."
        )


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def csv_table(frame: pd.DataFrame, columns: Sequence[Column]) -> bytes:
    """Return a frame as the archive holds it: UTF-8, times in UTC, empty cells for what is missing."""
    text = io.StringIO()
    # The line ends of RFC 4180: with a bare \n, a text that holds a \r would not be quoted and break its row.
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    cells = [[_cell(value, column.type) for value in frame[column.name]] for column in columns]
    writer.writerows(zip(*cells, strict=True))
    return text.getvalue().encode()


def _cell(value: Any, kind: str) -> str:
    if value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "datetime":
        return str(value.strftime(TIME_FORMAT))
    if kind == "object":
        return json.dumps(value, ensure_ascii=False)
    return repr(float(value)) if kind == "number" else str(value)


def _frame(content: bytes, columns: Sequence[Column], path: str) -> pd.DataFrame:
    names = [column.name for column in columns]
    head, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    if head != names:
        raise ArchiveIsDamaged(f"{path}, line 1: the columns are not {', '.join(names)}.")
    for line, row in enumerate(rows, start=2):
        if len(row) != len(names):
            raise ArchiveIsDamaged(f"{path}, row {line}: {len(row)} cells instead of {len(names)}.")
    return pd.DataFrame(
        {
            column.name: pd.Series(_values([row[place] for row in rows], column, path), dtype=_DTYPES[column.type])
            for place, column in enumerate(columns)
        }
    )


def _values(cells: Sequence[str], column: Column, path: str) -> list[Any]:
    read = _READERS[column.type]
    values = []
    for line, cell in enumerate(cells, start=2):
        try:
            values.append(read(cell))
        except (ValueError, KeyError) as error:
            raise ArchiveIsDamaged(
                f"{path}, row {line}, column {column.name}: {cell!r} is no {column.type}."
            ) from error
    return values


_READERS: dict[str, Callable[[str], Any]] = {
    "string": str,
    "integer": int,
    "number": lambda cell: float(cell) if cell else math.nan,
    "boolean": {"true": True, "false": False}.__getitem__,
    "datetime": lambda cell: datetime.strptime(cell, TIME_FORMAT).replace(tzinfo=UTC) if cell else None,
    "object": json.loads,
}
_DTYPES: dict[str, Any] = {
    "string": "str", "integer": "int64", "number": "float64", "boolean": "bool", "datetime": "datetime64[us, UTC]",
    "object": "object",
}  # fmt: skip


def _readme(record: StudyRecord) -> str:
    facts = record.facts
    sessions = record.ratings["session"].nunique()
    lines = [
        facts.title, "=" * len(facts.title), "",
        *(line for statement in facts.statements for line in (statement.upper(), "")),
        f"Study:          {facts.study}, version {facts.version}, seed {facts.seed}",
        f"Protocol:       protocol.json, SHA-256 {facts.protocol_sha256}",
        f"Corpus:         {facts.corpus}" + (f" ({facts.licence})" if facts.licence else ""),
        f"Listeners:      {record.ratings['listener'].nunique()} {facts.listeners}, {sessions} sessions",
        f"Ratings:        {len(record.ratings)} (ratings.csv): every valid rating of a session that was not withdrawn",
        f"Judgements:     {len(record.judgements)} (judgements.csv): what classifiers say of the clips",
        f"Made with:      {', '.join(f'{name} {number}' for name, number in sorted(facts.versions.items()))}", "",
        "The columns of both tables are described in datapackage.json (Frictionless Table Schema), which also holds",
        "the SHA-256 of each table. Listeners and sessions are pseudonyms. Times are in UTC; an empty cell is missing.",
        "",
        "Every number of the results can be computed again from this archive alone:", "",
        "    python manage.py analyse --archive THIS_FILE.zip", "",
    ]  # fmt: skip
    return "\n".join(lines)
