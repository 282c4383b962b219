"""A study's record as an archive of CSV files with a data dictionary."""

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import IO, Any

import pandas as pd

from analysis.engine import archive
from analysis.engine.archive import ArchiveIsDamaged, TableFormat, columns_in
from analysis.engine.dictionary import TIME_FORMAT
from analysis.engine.ratings import Column
from analysis.engine.record import RecordInChunks, StudyRecord


def csv_table(frame: pd.DataFrame, columns: Sequence[Column]) -> bytes:
    """Return a frame as the archive holds it: UTF-8, times in UTC, empty cells for what is missing."""
    table = io.BytesIO()
    _write([frame], columns, table)
    return table.getvalue()


def _write(frames: Iterable[pd.DataFrame], columns: Sequence[Column], file: IO[bytes]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    # The line ends of RFC 4180: with a bare \n, a text that holds a \r would not be quoted and break its row.
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in columns])
    for frame in frames:
        cells = [[_cell(value, column.type) for value in frame[column.name]] for column in columns]
        writer.writerows(zip(*cells, strict=True))
    text.detach()


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
    head, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    columns = columns_in(head, columns, f"{path}, line 1")
    for line, row in enumerate(rows, start=2):
        if len(row) != len(columns):
            raise ArchiveIsDamaged(f"{path}, row {line}: {len(row)} cells instead of {len(columns)}.")
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


CSV = TableFormat("csv", "text/csv", _write, _frame)


def write_archive(record: StudyRecord) -> bytes:
    """Return the record as a zip archive with ratings.csv and judgements.csv."""
    return archive.write(record, CSV)


def write_archive_in_chunks(record: RecordInChunks, file: IO[bytes]) -> None:
    """Write what `write_archive` returns to a file that can be sought in, holding one frame of ratings at a time."""
    archive.write_in_chunks(record, CSV, file)


def read_archive(content: bytes) -> StudyRecord:
    """Return the record that `write_archive` was given. Raises ArchiveIsDamaged or RatingsFrameIsWrong."""
    return archive.read(content, CSV)
