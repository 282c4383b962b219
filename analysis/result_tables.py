"""Tables of results as pages and reports show them both."""

from typing import TYPE_CHECKING

from analysis import tables
from analysis.records import classifier_titles

if TYPE_CHECKING:
    import pandas as pd

    from analysis.engine.record import StudyRecord
    from analysis.engine.results import Results


def level_of(computed: "Results") -> str:
    """Return the level of the intervals as people write it: 95 %."""
    return f"{computed.confidence:.0%}".replace("%", " %")


def plain_tables(
    found: "dict[str, pd.DataFrame]", record: "StudyRecord", computed: "Results"
) -> list[tuple[str, tables.ShownTable]]:
    """Return the engine's tables by name as they are, with the titles of systems and classifiers; no empty ones."""
    names = {**record.system_titles, **classifier_titles(record)}
    return [
        (name, tables.plain_table(name.replace("_", " ").capitalize(), table, level_of(computed), names))
        for name, table in found.items()
        if not table.empty
    ]


def exclusion_tables(record: "StudyRecord", computed: "Results") -> list[tables.ShownTable]:
    """Return what each exclusion left out and, if that is anything, each number with and without them."""
    found = {"exclusions": computed.exclusions, "with and without exclusions": computed.with_and_without}
    return [table for _, table in plain_tables(found, record, computed)]
