"""All the numbers of a study, computed from its record alone."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.engine.ratings import NoRatings
from analysis.engine.record import StudyRecord
from analysis.engine.statistic import Tables
from analysis.engine.statistics import STATISTICS

# What a terminal has no room for; every column is in the CSV files.
LEFT_OUT_OF_TEXT = ["clip_sha256", "method", "network"]


class StatisticIsUnknown(Exception):
    """A protocol declares a statistic that is in no table."""


@dataclass(frozen=True)
class Results:
    """Tables by statistic and name; `without` says of a statistic why it has none."""

    confidence: float
    tables: dict[str, Tables]
    without: dict[str, str]

    def table(self, statistic: str, name: str) -> pd.DataFrame | None:
        """Return one table, or None where there was nothing to compute it from."""
        return self.tables.get(statistic, {}).get(name)


def analyse(record: StudyRecord) -> Results:
    """Compute the statistics that the record's protocol declares, or all of them if it declares none.

    Raises StatisticIsUnknown, and NoRatings if nobody has answered anything.
    """
    if record.ratings.empty:
        raise NoRatings(f"The study {record.facts.study!r} has no ratings of {record.facts.listeners} listeners yet.")
    tables: dict[str, Tables] = {}
    without: dict[str, str] = {}
    for slug in record.declared_statistics or list(STATISTICS):
        try:
            tables[slug] = _statistic(slug, record)
        except NoRatings as nothing:
            without[slug] = str(nothing)
    return Results(record.confidence, tables, without)


def _statistic(slug: str, record: StudyRecord) -> Tables:
    if slug not in STATISTICS:
        raise StatisticIsUnknown(f"The protocol declares {slug!r}: the statistics are {', '.join(STATISTICS)}.")
    return STATISTICS[slug].tables(record.ratings, record.judgements, record.confidence)


def results_as_text(results: Results) -> str:
    """Return every table as text for a terminal."""
    parts = [
        f"{STATISTICS[slug].title}: {name.replace('_', ' ')}\n{_table_as_text(table)}\n"
        for slug, tables in results.tables.items()
        for name, table in tables.items()
    ]
    parts += [f"{STATISTICS[slug].title}: {reason}\n" for slug, reason in results.without.items()]
    return "\n".join(parts)


def _table_as_text(table: pd.DataFrame) -> str:
    shown = table.drop(columns=LEFT_OUT_OF_TEXT, errors="ignore")
    return shown.to_string(index=False, float_format="{:.3f}".format, na_rep="–")


def write_tables(results: Results, folder: Path) -> list[Path]:
    """Write each table as a CSV file into a folder, made if it is not there; return the files' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for slug, tables in results.tables.items():
        for name, table in tables.items():
            path = folder / f"{slug}-{name}.csv"
            table.to_csv(path, index=False, lineterminator="\n")
            written.append(path)
    return written
