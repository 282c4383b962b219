"""All the numbers of a study, computed from its record alone."""

import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd
from threadpoolctl import threadpool_limits

from analysis.engine.excluding import Exclusions, exclusions_of
from analysis.engine.planning.running import running_widths
from analysis.engine.ratings import NoRatings
from analysis.engine.record import StudyRecord
from analysis.engine.side_by_side import side_by_side
from analysis.engine.statistic import Tables
from analysis.engine.statistics import STATISTICS
from analysis.engine.with_and_without import with_and_without

# Tables by statistic and name, and for each statistic that has none the reason.
Computed = tuple[dict[str, Tables], dict[str, str]]
# What a terminal has no room for; every column is in the CSV files.
LEFT_OUT_OF_TEXT = ["clip_sha256", "method", "network"]


class StatisticIsUnknown(Exception):
    """A protocol declares a statistic that is in no table."""


@dataclass(frozen=True)
class Results:
    """Tables by statistic and name; `without` says of a statistic why it has none.

    `exclusions` has what each rule left out, `with_and_without` each estimate with the exclusions and without them,
    `half_widths` how near the intervals are to what the protocol declares, if it declares anything.
    """

    confidence: float
    tables: dict[str, Tables]
    without: dict[str, str]
    exclusions: pd.DataFrame = field(default_factory=pd.DataFrame)
    with_and_without: pd.DataFrame = field(default_factory=pd.DataFrame)
    half_widths: pd.DataFrame = field(default_factory=pd.DataFrame)

    def table(self, statistic: str, name: str) -> pd.DataFrame | None:
        """Return one table, or None where there was nothing to compute it from."""
        return self.tables.get(statistic, {}).get(name)


def analyse(record: StudyRecord, *, at_once: bool = False) -> Results:
    """Compute the statistics that the record's protocol declares, or all of them if it declares none.

    They are computed without what the record's exclusions leave out and, if that is anything, once more with it: at the
    same time if `at_once`, in a process beside. Each is computed on one processor: sums that several share can differ
    in their last bit, and would keep others waiting for all of them.
    Raises StatisticIsUnknown, ExclusionIsUnknown, and NoRatings if nobody has answered anything.
    """
    if record.ratings.empty:
        raise NoRatings(f"The study {record.facts.study!r} has no ratings of {record.facts.listeners} listeners yet.")
    exclusions = exclusions_of(record.ratings, record.protocol)
    with threadpool_limits(1, user_api="blas"):
        (tables, without), every = _with_and_without(record, exclusions, at_once)
    return Results(
        confidence=record.confidence,
        tables=tables,
        without=without,
        exclusions=exclusions.summary(),
        with_and_without=with_and_without(tables, every),
        half_widths=running_widths(record, exclusions.kept),
    )


def _with_and_without(record: StudyRecord, exclusions: Exclusions, at_once: bool) -> tuple[Computed, dict[str, Tables]]:
    """Return what the ratings that are kept give, and the tables of all ratings if any are left out."""
    kept = partial(_tables, record, exclusions.kept)
    if not exclusions.has_any:
        return kept(), {}
    everything = partial(_tables, record, exclusions.everything)
    computed, (every, _) = side_by_side(kept, everything) if at_once else (kept(), everything())
    return computed, every


def _tables(record: StudyRecord, ratings: pd.DataFrame) -> Computed:
    """Return each statistic's tables, and for those that have none the reason."""
    tables: dict[str, Tables] = {}
    without: dict[str, str] = {}
    for slug in record.declared_statistics or list(STATISTICS):
        if slug not in STATISTICS:
            raise StatisticIsUnknown(f"The protocol declares {slug!r}: the statistics are {', '.join(STATISTICS)}.")
        try:
            tables[slug] = STATISTICS[slug].tables(ratings, record.judgements, record.confidence)
        except NoRatings as nothing:
            without[slug] = str(nothing)
    return tables, without


def results_as_text(results: Results) -> str:
    """Return every table as text for a terminal."""
    parts = [
        f"{STATISTICS[slug].title}: {name.replace('_', ' ')}\n{_table_as_text(table)}\n"
        for slug, tables in results.tables.items()
        for name, table in tables.items()
    ]
    parts += [f"{STATISTICS[slug].title}: {reason}\n" for slug, reason in results.without.items()]
    parts += [f"{title}\n{_table_as_text(table)}\n" for title, table in _of_the_whole(results)]
    return "\n".join(parts)


def _of_the_whole(results: Results) -> list[tuple[str, pd.DataFrame]]:
    """Return the tables that belong to no statistic and are not empty, by their titles."""
    tables = {
        "Exclusions": results.exclusions,
        "With and without exclusions": results.with_and_without,
        "Half-widths": results.half_widths,
    }
    return [(title, table) for title, table in tables.items() if not table.empty]


def _table_as_text(table: pd.DataFrame) -> str:
    shown = table.drop(columns=LEFT_OUT_OF_TEXT, errors="ignore")
    return shown.to_string(index=False, float_format="{:.3f}".format, na_rep="–")


def write_tables(results: Results, folder: Path) -> list[Path]:
    """Write each table as CSV and as Parquet into a folder, made if it is not there; return the files' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    named = {f"{slug}-{name}": table for slug, tables in results.tables.items() for name, table in tables.items()}
    named |= {re.sub(r"\W", "_", title.lower()): table for title, table in _of_the_whole(results)}
    written = []
    for name, table in named.items():
        paths = [folder / f"{name}.{ending}" for ending in ("csv", "parquet")]
        table.to_csv(paths[0], index=False, lineterminator="\n")
        table.to_parquet(paths[1], index=False)
        written += paths
    return written
