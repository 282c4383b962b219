"""A study's record as an archive of Parquet files with a data dictionary: typed, and a fraction of the size of CSV."""

import io
import json
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from typing import IO

import pandas as pd
import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from analysis.engine import archive
from analysis.engine.archive import ArchiveIsDamaged, TableFormat, columns_in
from analysis.engine.columns import Column
from analysis.engine.record import RecordInChunks, StudyRecord


def _write(frames: Iterable[pd.DataFrame], columns: Sequence[Column], file: IO[bytes]) -> None:
    """Write the frames as the row groups of a Parquet file; mappings are JSON texts in it."""
    writer = None
    with ExitStack() as open_writer:
        for frame in frames:
            table = _table(frame, columns)
            if writer is None:
                writer = open_writer.enter_context(ParquetWriter(file, table.schema, compression="zstd"))
            writer.write_table(table)


def _table(frame: pd.DataFrame, columns: Sequence[Column]) -> pa.Table:
    mappings = {column.name: frame[column.name].map(_json) for column in columns if column.type == "object"}
    return pa.Table.from_pandas(frame.assign(**mappings), preserve_index=False)


def _json(mapping: dict[str, float]) -> str:
    return json.dumps(mapping, ensure_ascii=False)


def _frame(content: bytes, columns: Sequence[Column], path: str) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(io.BytesIO(content), engine="pyarrow")
    except (ValueError, OSError) as error:
        raise ArchiveIsDamaged(f"{path} is no Parquet file ({error}): export the archive again.") from error
    columns = columns_in([str(name) for name in frame.columns], columns, path)
    mappings = {column.name: _mappings(frame[column.name], path) for column in columns if column.type == "object"}
    return frame.assign(**mappings)


def _mappings(texts: pd.Series, path: str) -> pd.Series:
    values = []
    for row, text in enumerate(texts, start=1):
        try:
            values.append(json.loads(text))
        except (TypeError, ValueError) as error:
            raise ArchiveIsDamaged(f"{path}, row {row}, column {texts.name}: {text!r} is no object.") from error
    return pd.Series(values, index=texts.index, dtype="object")


PARQUET = TableFormat("parquet", "application/vnd.apache.parquet", _write, _frame)


def write_archive(record: StudyRecord) -> bytes:
    """Return the record as a zip archive with ratings.parquet and judgements.parquet."""
    return archive.write(record, PARQUET)


def write_archive_in_chunks(record: RecordInChunks, file: IO[bytes]) -> None:
    """Write what `write_archive` returns to a file that can be sought in, each frame of ratings as a row group."""
    archive.write_in_chunks(record, PARQUET, file)


def read_archive(content: bytes) -> StudyRecord:
    """Return the record that `write_archive` was given. Raises ArchiveIsDamaged or RatingsFrameIsWrong."""
    return archive.read(content, PARQUET)
