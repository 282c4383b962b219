"""A pilot read from a CSV file: our own ratings table, or any table of listener, system, stimulus and score."""

import csv
import io
import math
from collections.abc import Sequence

import pandas as pd

from analysis.engine.archive import ArchiveIsDamaged
from analysis.engine.columns import RatingsFrameIsWrong
from analysis.engine.formats.csv_with_dictionary import CSV
from analysis.engine.planning.pilot import Pilot, pilot_of, pilot_of_identification, pilot_of_scores
from analysis.engine.ratings import RATINGS

COLUMNS = ("listener", "system", "stimulus", "score")


class PilotFileIsWrong(Exception):
    """A file is no table of a pilot's ratings."""


def pilot_of_file(content: bytes, name: str, is_identification: bool) -> Pilot:
    """Return the variances that a CSV file shows; for identification, score is 1 where the word was right, else 0.

    Raises PilotFileIsWrong, NoRatings, PilotTellsTooLittle.
    """
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise PilotFileIsWrong(f"{name}: this is no CSV file in UTF-8 ({error}).") from error
    head = rows[0] if rows else []
    if head == [column.name for column in RATINGS]:
        return _pilot_of_our_table(content, name, is_identification)
    lacking = [column for column in COLUMNS if column not in head]
    if lacking:
        raise PilotFileIsWrong(
            f"{name}, line 1: there is no column {lacking[0]!r}. Give a table with the columns {', '.join(COLUMNS)}, "
            "or the ratings.csv of an archive."
        )
    table = _table(rows[1:], head, name)
    if is_identification and not table["score"].isin([0.0, 1.0]).all():
        raise PilotFileIsWrong(f"{name}, column score: for identification, give 1 for a right word and 0 for another.")
    return pilot_of(table["score"].to_numpy(), table["system"], table["listener"], table["stimulus"])


def _pilot_of_our_table(content: bytes, name: str, is_identification: bool) -> Pilot:
    try:
        ratings = CSV.read(content, RATINGS, name)
        return pilot_of_identification(ratings) if is_identification else pilot_of_scores(ratings)
    except (ArchiveIsDamaged, RatingsFrameIsWrong) as error:
        raise PilotFileIsWrong(f"{name}: {error}") from error


def _table(rows: Sequence[Sequence[str]], head: Sequence[str], name: str) -> pd.DataFrame:
    """Return the four columns of rows that are not empty. Raises PilotFileIsWrong, naming the line."""
    places = [head.index(column) for column in COLUMNS]
    cells = []
    for line, row in enumerate(rows, start=2):
        if not row:
            continue
        if len(row) != len(head):
            raise PilotFileIsWrong(f"{name}, row {line}: {len(row)} cells instead of {len(head)}.")
        *names, score = (row[place].strip() for place in places)
        if not all(names):
            raise PilotFileIsWrong(f"{name}, row {line}: listener, system and stimulus have to be named.")
        cells.append([*names, _number(score, f"{name}, row {line}, column score")])
    if not cells:
        raise PilotFileIsWrong(f"{name}: there are no ratings below the head of the table.")
    return pd.DataFrame(cells, columns=list(COLUMNS))


def _number(cell: str, where: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise PilotFileIsWrong(f"{where}: {cell!r} is no number.")
    return value
