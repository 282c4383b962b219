"""Ratings in other programs' files: read cell by cell, refused with file, line and column, and written back.

A sibling in `formats/` says which of its columns are which of ours. What the ratings frame has no place for is kept
beside it, row by row, so that nothing that was read is lost when it is written again.
"""

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.engine.ratings import RATING_IDENTITY, check_ratings

# What a rating has where its file does not say: the documented missing values of the ratings frame.
UNSAID: dict[str, Any] = {
    "study_version": 1, "is_simulated": False, "block": 0, "clip_sha256": "", "played_sha256": "", "item": "",
    "probe": "", "talker": "", "role": "sample", "expected": "", "tolerance": math.nan, "scale_min": math.nan,
    "scale_max": math.nan, "score": math.nan, "play_count": math.nan, "sound_seconds": math.nan,
    "first_shown_at": pd.NaT, "answered_at": pd.NaT, "response_seconds": math.nan, "hidden_seconds": math.nan,
    "hidden_while_playing_seconds": math.nan, "is_complete_session": True, "exclusion": "",
}  # fmt: skip
Scale = tuple[float, float]


class FileDoesNotFit(Exception):
    """A file is not in the format that it is read as."""


class CannotBeWritten(Exception):
    """A format has no way to hold what the ratings say."""


@dataclass(frozen=True)
class SourceFile:
    """A file's name, as messages tell it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Line:
    """One record of a CSV file: where it begins, and its cells by column."""

    file: str
    number: int
    cells: Mapping[str, str]

    def refuse(self, column: str, fault: str) -> FileDoesNotFit:
        """Return the exception that names this line, the column, its value and what is wrong with it."""
        value = f" {self.cells[column]!r}" if column in self.cells else ""
        return FileDoesNotFit(f"{self.file}, line {self.number}, column {column}:{value} {fault}.")

    def text(self, column: str) -> str:
        """Return a cell that must not be empty, without the spaces around it. Raises FileDoesNotFit."""
        value = self.cells[column].strip()
        if not value:
            raise self.refuse(column, "is empty")
        return value

    def number_within(self, column: str, scale: Scale | None) -> float:
        """Return a cell as a finite number, on the scale if there is one. Raises FileDoesNotFit."""
        value = as_number(self.text(column))
        if value is None:
            raise self.refuse(column, "is no number")
        if scale is not None and not scale[0] <= value <= scale[1]:
            raise self.refuse(column, f"lies outside the scale from {scale[0]:g} to {scale[1]:g}")
        return value

    def chosen(self, column: str, choices: Iterable[str]) -> str:
        """Return a cell that must be one of the choices. Raises FileDoesNotFit."""
        value = self.text(column)
        if value not in list(choices):
            raise self.refuse(column, f"is none of {', '.join(choices)}")
        return value


@dataclass(frozen=True)
class Sheet:
    """A CSV file: its columns in order, and its records."""

    file: str
    columns: list[str]
    lines: list[Line]

    def need(self, columns: Iterable[str]) -> None:
        """Raise FileDoesNotFit naming the first of these columns that is not there."""
        for column in columns:
            if column not in self.columns:
                raise FileDoesNotFit(f"{self.file}, line 1, column {column}: there is no such column.")


@dataclass(frozen=True)
class Found:
    """A rating, the line that it came from, and what that line says besides."""

    line: Line
    rating: dict[str, Any]
    beside: dict[str, str]


@dataclass(frozen=True)
class Imported:
    """A checked ratings frame, and beside it, row by row, the texts that it has no columns for."""

    ratings: pd.DataFrame
    beside: pd.DataFrame

    def records(self) -> list[tuple[dict[str, Any], dict[str, str]]]:
        """Return each rating by column, with what stands beside it."""
        ratings = [{str(name): value for name, value in row.items()} for row in self.ratings.to_dict("records")]
        beside = [{str(name): str(value) for name, value in row.items()} for row in self.beside.to_dict("records")]
        return list(zip(ratings, beside, strict=True))


@dataclass(frozen=True)
class ExchangeFormat:
    """A format of another program: how its files become ratings, and ratings its files.

    `read(files, study, scale)` takes the study's name, which most formats lack, and the ends of the scale for those
    that lack it too; it raises FileDoesNotFit. `write(imported)` returns files by name; it raises CannotBeWritten.
    `lacks` says what the format does not know, in words for whoever imports it.
    """

    slug: str
    title: str
    source: str
    lacks: tuple[str, ...]
    read: Callable[[Sequence[SourceFile], str, Scale | None], Imported]
    write: Callable[[Imported], dict[str, bytes]]


def grid(file: SourceFile) -> list[tuple[int, list[str]]]:
    """Return the records of a CSV file with the lines that they begin on; blank lines are none.

    Raises FileDoesNotFit if it is no UTF-8 text, is broken, or is empty.
    """
    try:
        reader = csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline=""), strict=True)
        begins, records = 1, []
        for cells in reader:
            if cells:
                records.append((begins, cells))
            begins = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise FileDoesNotFit(f"{file.name}, byte {error.start}: this is no UTF-8 text.") from error
    except csv.Error as error:
        raise FileDoesNotFit(f"{file.name}, line {begins}: {error}.") from error
    if not records:
        raise FileDoesNotFit(f"{file.name}, line 1: the file is empty.")
    return records


def read_sheet(file: SourceFile) -> Sheet:
    """Return a CSV file whose first line names its columns. Raises FileDoesNotFit."""
    (_first, columns), *records = grid(file)
    twice = next((name for name in columns if columns.count(name) > 1), None)
    if twice is not None:
        raise FileDoesNotFit(f"{file.name}, line 1, column {twice}: two columns have this name.")
    for number, cells in records:
        check_width(file, number, cells, columns)
    lines = [Line(file.name, number, dict(zip(columns, cells, strict=True))) for number, cells in records]
    return Sheet(file.name, columns, lines)


def check_width(file: SourceFile, number: int, cells: Sequence[str], columns: Sequence[str]) -> None:
    """Raise FileDoesNotFit unless a record has as many cells as there are columns."""
    if len(cells) != len(columns):
        column = columns[min(len(cells), len(columns) - 1)]
        raise FileDoesNotFit(
            f"{file.name}, line {number}, column {column}: the line has {len(cells)} cells, but there are "
            f"{len(columns)} columns. If the columns changed while answers were collected, make two files of it."
        )


def as_number(text: str) -> float | None:
    """Return a text as a finite number, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def gather(found: Sequence[Found], study: str) -> Imported:
    """Return ratings as a checked frame, with the documented missing values where their files do not say.

    Raises FileDoesNotFit, naming the line, if a rating is there twice.
    """
    seen = set()
    for one in found:
        row = {**UNSAID, **one.rating}
        identity = tuple(row[name] for name in RATING_IDENTITY)
        if identity in seen:
            raise one.line.refuse(str(next(iter(one.line.cells))), "begins a line that repeats an earlier rating")
        seen.add(identity)
    if not found:
        raise FileDoesNotFit("The files hold no ratings.")
    ratings = pd.DataFrame([{"study": study, **UNSAID, **one.rating} for one in found])
    for name in ("first_shown_at", "answered_at"):
        ratings[name] = pd.to_datetime(ratings[name], utc=True)
    beside = pd.DataFrame([one.beside for one in found], dtype="str").fillna("")
    return Imported(check_ratings(ratings), beside)


def without_anything_beside(ratings: pd.DataFrame) -> Imported:
    """Return the ratings of a study of our own, ready to be written in another format."""
    checked = check_ratings(ratings)
    return Imported(checked, pd.DataFrame(index=checked.index))


def with_methods(imported: Imported, methods: Iterable[str], what: str) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """Return the records of these methods. Raises CannotBeWritten if there are others, or none."""
    records = imported.records()
    others = sorted({rating["method"] for rating, _beside in records} - set(methods))
    if others or not records:
        found = f"there are ratings of {', '.join(others)}" if others else "there are no ratings"
        raise CannotBeWritten(f"{what} holds ratings of {', '.join(methods)}, and {found}: leave those out.")
    return records


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a CSV file in UTF-8 with the line ends of RFC 4180; None and NaN become empty cells."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def cell(value: Any) -> str:
    """Return a value as text: whole numbers without a point, other numbers with every digit they need."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)
