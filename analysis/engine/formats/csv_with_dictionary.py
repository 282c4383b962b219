"""A study's record as an archive of CSV files with a data dictionary."""

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import IO, Any

import pandas as pd
import pyarrow as pa
from pyarrow import csv as pa_csv

from analysis.engine import archive
from analysis.engine.archive import ArchiveIsDamaged, TableFormat, columns_in
from analysis.engine.columns import Column
from analysis.engine.dictionary import TIME_FORMAT
from analysis.engine.record import RecordInChunks, StudyRecord

# Of a table's first line, in bytes.
LONGEST_HEAD = 65536


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
    head = next(csv.reader(io.StringIO(content[:LONGEST_HEAD].decode(errors="replace"), newline="")), [])
    columns = columns_in(head, columns, f"{path}, line 1")
    try:
        table = _table(content, columns)
        mappings = {column.name: _mappings(table, column.name) for column in columns if column.type == "object"}
    except ValueError as error:
        raise _fault(content, columns, path) or ArchiveIsDamaged(f"{path} is no table ({error}).") from error
    frame: pd.DataFrame = table.drop_columns(list(mappings)).to_pandas()
    return frame.assign(**mappings)[head]


def _table(content: bytes, columns: Sequence[Column]) -> pa.Table:
    """Return all columns in their types; raise a ValueError if a row or a cell is wrong."""
    table = pa_csv.read_csv(
        pa.BufferReader(content),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types={column.name: _ARROW_TYPES[column.type] for column in columns},
            null_values=[""], true_values=["true"], false_values=["false"],
        ),
    )  # fmt: skip
    if any(table[column.name].null_count for column in columns if column.type in ("integer", "boolean")):
        raise ValueError("empty cells")
    return table


def _mappings(table: pa.Table, name: str) -> pd.Series:
    return pd.Series([json.loads(text) for text in table[name].to_pylist()], dtype="object")


def _fault(content: bytes, columns: Sequence[Column], path: str) -> ArchiveIsDamaged | None:
    """Return what is wrong with the first row or cell that is, row by row; nothing if none is."""
    for line, row in enumerate(csv.reader(io.StringIO(content.decode(errors="replace"), newline="")), start=1):
        if len(row) != len(columns):
            return ArchiveIsDamaged(f"{path}, row {line}: {len(row)} cells instead of {len(columns)}.")
        for cell, column in zip(row, columns, strict=True):
            if line > 1 and not _is_read(cell, column):
                return ArchiveIsDamaged(f"{path}, row {line}, column {column.name}: {cell!r} is no {column.type}.")
    return None


def _is_read(cell: str, column: Column) -> bool:
    try:
        _READERS[column.type](cell)
    except (ValueError, KeyError):
        return False
    return True


_READERS: dict[str, Callable[[str], Any]] = {
    "string": str,
    "integer": int,
    "number": lambda cell: float(cell) if cell else math.nan,
    "boolean": {"true": True, "false": False}.__getitem__,
    "datetime": lambda cell: datetime.strptime(cell, TIME_FORMAT).replace(tzinfo=UTC) if cell else None,
    "object": json.loads,
}
# Texts are read as they stand: an empty cell is an empty text there, and a missing value elsewhere.
_ARROW_TYPES: dict[str, pa.DataType] = {
    "string": pa.large_string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
    "datetime": pa.timestamp("us", tz="UTC"), "object": pa.large_string(),
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
