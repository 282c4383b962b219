"""A study's report: one HTML file that stands alone; beside it its tables (CSV, Parquet) and its figures (SVG, PDF).

Made from a study's record alone, and of nothing that changes from one making to the next: the same archive gives the
same report, byte for byte.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string

from analysis.records import figures_of, results_of
from analysis.result_tables import exclusion_tables, figures_by_statistic, level_of, plain_tables
from analysis.stopping_table import shown_stopping

if TYPE_CHECKING:
    from analysis.engine.record import StudyRecord
    from analysis.engine.results import Results


def report_html(record: "StudyRecord") -> str:
    """Return a record's report as HTML. Raises NoRatings."""
    computed = results_of(record)
    ratings, protocol = record.ratings, record.protocol
    page = {
        "facts": record.facts,
        "n_ratings": len(ratings),
        "n_listeners": ratings["listener"].nunique(),
        "n_sessions": ratings["session"].nunique(),
        "n_complete": ratings[ratings["is_complete_session"]]["session"].nunique(),
        "blocks": protocol.get("blocks", []),
        "n_systems": len(protocol.get("systems", [])),
        "level": level_of(computed),
        "declared": _declared(record),
        "sections": _sections(record, computed),
        "exclusions": exclusion_tables(record, computed),
        "stopping": shown_stopping(record, computed),
        "n_excluded": int(computed.exclusions["n_ratings"].iloc[-1]),
        "without": computed.without,
        "digest": record.digest,
        "versions": sorted(record.facts.versions.items()),
    }
    return render_to_string("analysis/report.html", page)


def write_report(record: "StudyRecord", folder: Path) -> list[Path]:
    """Write the report, its tables and its figures into a folder, made if it is not there; return the files' paths."""
    from analysis.engine.results import write_tables

    folder.mkdir(parents=True, exist_ok=True)
    report = folder / "report.html"
    report.write_text(report_html(record), encoding="utf-8")
    written = [report, *write_tables(results_of(record), folder / "tables")]
    for name, figure in figures_of(record).items():
        for ending, content in (("svg", figure.svg_file()), ("pdf", figure.pdf_file())):
            path = folder / "figures" / f"{name}.{ending}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            written.append(path)
    return written


def _sections(record: "StudyRecord", computed: "Results") -> list[dict[str, Any]]:
    """Return each statistic with its figures and tables, in the order of the protocol."""
    from analysis.engine.statistics import STATISTICS

    drawn = figures_by_statistic(record)
    return [
        {
            "statistic": STATISTICS[slug],
            "figures": drawn.get(slug, []),
            "tables": [table for _, table in plain_tables(found, record, computed)],
        }
        for slug, found in computed.tables.items()
    ]


def _declared(record: "StudyRecord") -> dict[str, str]:
    """Return what the protocol declared before anybody listened, by name."""
    declared = record.protocol.get("analysis") or {}
    return {
        "statistics": ", ".join(declared.get("statistics") or []) or "none declared: every one that fits",
        "exclusions": ", ".join(declared.get("exclusions") or []) or "none beside failed screenings",
    }
