"""Tables and figures of results as pages and reports show them both."""

from typing import TYPE_CHECKING, Any

from django.utils.safestring import mark_safe

from analysis import tables
from analysis.records import classifier_titles, figures_of

if TYPE_CHECKING:
    import pandas as pd

    from analysis.engine.figure import Figure
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


def figures_by_statistic(record: "StudyRecord") -> dict[str, list[dict[str, Any]]]:
    """Return each statistic's figures, as templates put them into a page."""
    from analysis.engine.gallery import DRAWINGS

    drawn: dict[str, list[dict[str, Any]]] = {}
    for name, figure in figures_of(record).items():
        drawn.setdefault(DRAWINGS[name].statistic, []).append(inline(figure))
    return drawn


def inline(figure: "Figure") -> dict[str, Any]:
    """Return a figure with its drawing as a part of a page."""
    # Drawn here, and nothing but shapes and escaped text: see `plain_svg`.
    return {"figure": figure, "svg": mark_safe(figure.svg_for_page())}


def exclusion_tables(record: "StudyRecord", computed: "Results") -> list[tables.ShownTable]:
    """Return what each exclusion left out and, if that is anything, each number with and without them."""
    found = {"exclusions": computed.exclusions, "with and without exclusions": computed.with_and_without}
    return [table for _, table in plain_tables(found, record, computed)]
