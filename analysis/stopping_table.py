"""Whether a study may stop, as pages and reports say it."""

import math
from typing import TYPE_CHECKING, Any

from analysis import tables
from analysis.tables import Row, Shown

if TYPE_CHECKING:
    from analysis.engine.record import StudyRecord
    from analysis.engine.results import Results


def shown_stopping(record: "StudyRecord", computed: "Results") -> dict[str, Any] | None:
    """Return the verdict, what there is to say beside it, and the table of intervals; None if no width is declared."""
    from analysis.engine.planning.running import LOOKS
    from analysis.engine.planning.stopping import may_stop

    widths = computed.half_widths
    if widths.empty:
        return None
    # Relative to its own target each, so that scores and shares are judged together.
    stops = may_stop((widths["half_width"] / widths["target"]).to_numpy(), 1.0)
    wide = len(widths) - int(widths["is_below"].sum())
    return {
        "may_stop": stops,
        "verdict": "The study may stop." if stops else "The study may not stop yet.",
        "rest": "Every interval is as narrow as declared."
        if stops
        else f"{wide} of {len(widths)} intervals are wider than declared, or not known yet.",
        "looks": LOOKS,
        "table": tables.shown_table("Half-widths of the intervals and what was declared", widths, _columns(record)),
    }


def _columns(record: "StudyRecord") -> list[Shown]:
    return [
        tables.named("System", "system", record.system_titles),
        Shown("Of", lambda row: "right words" if row["kind"] == "share" else "mean score", is_number=False),
        Shown("Half-width", lambda row: _width(row, "half_width")),
        Shown("Declared", lambda row: _width(row, "target")),
        Shown("Narrow enough", lambda row: "yes" if row["is_below"] else "no", is_number=False),
        Shown("Since listener", lambda row: _whole(row["below_since"])),
        Shown("Listeners needed, about", lambda row: _whole(row["listeners_needed"])),
        *tables.COUNTS,
    ]


def _width(row: Row, name: str) -> str:
    return tables.percent(row[name]) if row["kind"] == "share" else tables.score(row[name])


def _whole(value: float) -> str:
    return tables.NOTHING if math.isnan(value) else f"{value:,.0f}"
