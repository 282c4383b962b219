"""Figures of matrices: which word was heard for which, by listeners and by classifiers, and systems in pairs."""

from collections.abc import Mapping
from typing import Any

import altair
import pandas as pd

from analysis.engine.figure import ACCENT, INK, PAPER, Figure, figure
from analysis.engine.plots import LETTER, vega_lite

CELL, SMALL_CELL = 34, 14
# With more systems than this there is no room for numbers in the cells of a page.
MOST_WITH_NUMBERS = 16
# Above this share a cell is so full of accent that its number is read better in the paper's colour; ink darkens sooner.
DARK_CELL, DARK_LESS = 0.6, 0.35
# Of a difference, adjusted for all pairs (Holm).
SIGNIFICANT = 0.05


def plot_confusion(table: pd.DataFrame) -> Figure:
    """Draw how often listeners heard each word (rows) as each answer (columns), in percent of the word's answers."""
    return _shares(table.dropna(subset=["share"]), "confusion", "Which word was heard for which", "Heard as intended")


def plot_classifier_confusion(table: pd.DataFrame) -> Figure:
    """Draw how often classifiers answer each word (columns) to each (rows), on the audio that listeners heard."""
    rows = table.rename(columns={"share_classifier": "share"})
    return _shares(rows, "confusion-classifier", "Which word classifiers answer to which", "Answered as intended")


def _shares(asked: pd.DataFrame, name: str, title: str, told: str) -> Figure:
    percent = (100 * asked["share"]).round().astype(int)
    cells = asked[["item", "heard"]].assign(
        number=percent.astype(str).where(percent > 0, ""), size=asked["share"], is_more=True
    )
    right = zip(asked["item"], asked["heard"], percent, strict=True)
    words = "; ".join(f"{item} {share} %" for item, heard, share in right if item == heard)
    return figure(name, title, f"{told}: {words}.", vega_lite(_matrix(cells, "item", "heard", "Intended", "Heard")))


def plot_confusion_difference(table: pd.DataFrame) -> Figure:
    """Draw how much more often classifiers answer each word (columns) to each (rows) than listeners do, in points."""
    points = (100 * table["difference"]).round().astype(int)
    cells = table[["item", "heard"]].assign(
        number=points.astype(str).where(points != 0, ""), size=points.abs() / 100, is_more=points > 0
    )
    at = int(points.abs().to_numpy().argmax())
    greatest = table.iloc[at]
    told = f"Greatest difference: {greatest['item']} answered by {greatest['heard']}, "
    title = "Classifiers' answers less listeners', in points of percent"
    chart = _matrix(cells, "item", "heard", "Intended", "Answered")
    return figure("confusion-difference", title, f"{told}{points.iloc[at]:+d} points.", vega_lite(chart))


def plot_pairwise(table: pd.DataFrame, titles: Mapping[str, str]) -> Figure:
    """Draw how far each system (rows) lies above each other one (columns), with a star where the difference is sure.

    Sure: the two-way cluster test, adjusted for all pairs by Holm's method, finds it at .05.
    """
    mirrored = table.rename(columns={"system": "other_system", "other_system": "system"})
    both = pd.concat([table, mirrored.assign(estimate=-table["estimate"])], ignore_index=True)
    is_sure = both["p_two_way_holm"] < SIGNIFICANT
    names = {slug: titles.get(slug, slug) for slug in both["system"].unique()}
    has_room = len(names) <= MOST_WITH_NUMBERS
    written = both["estimate"].map("{:+.1f}".format) if has_room else ""
    cells = pd.DataFrame(
        {
            "system": both["system"].map(names),
            "other": both["other_system"].map(names),
            "number": written + is_sure.map({True: "*", False: ""}),
            "size": both["estimate"].abs() / max(float(both["estimate"].abs().max()), 1e-12),
            "is_more": both["estimate"] > 0,
        }
    )
    n_sure = int((table["p_two_way_holm"] < SIGNIFICANT).sum())
    told = f"{len(table)} pairs; {n_sure} of them differ at .05 after Holm's adjustment (*), by the two-way test."
    title = "How far each system lies above each other, in points"
    cell = CELL if has_room else SMALL_CELL
    return figure("pairwise", title, told, vega_lite(_matrix(cells, "system", "other", "", "", cell)))


def _matrix(cells: pd.DataFrame, rows: str, columns: str, down: str, across: str, cell: int = CELL) -> Any:
    """Return a chart of cells with `number` (a text), `size` (0 to 1) and `is_more`, in the order of the rows."""
    in_order = list(dict.fromkeys(cells[rows]))
    answers = [*in_order, *(name for name in dict.fromkeys(cells[columns]) if name not in in_order)]
    room = LETTER * max(len(name) for name in cells[rows])
    named: dict[str, Any] = {"ticks": False, "domain": False, "labelLimit": 420}
    x = altair.X(f"{columns}:N", sort=answers, title=across or None,
                 axis=altair.Axis(orient="top", labelAngle=-40 if across else -90, **named))  # fmt: skip
    y = altair.Y(f"{rows}:N", sort=in_order, title=down or None,
                 axis=altair.Axis(minExtent=room, **named))  # fmt: skip
    opacity = altair.FillOpacity("size:Q", scale=altair.Scale(domain=[0, 1], range=[0, 0.95]), legend=None)
    colour = altair.condition("datum.is_more", altair.value(ACCENT), altair.value(INK))
    ink = altair.condition(
        f"datum.size > (datum.is_more ? {DARK_CELL} : {DARK_LESS})", altair.value(PAPER), altair.value(INK)
    )
    boxes = altair.Chart(cells).mark_rect(stroke=INK, strokeOpacity=0.15, strokeWidth=1)
    numbers = altair.Chart(cells[cells["number"] != ""]).mark_text(fontSize=11)
    return altair.layer(
        boxes.encode(x=x, y=y, fill=colour, fillOpacity=opacity),
        numbers.encode(x=x, y=y, text="number:N", color=ink),
    ).properties(width=altair.Step(cell), height=altair.Step(max(cell - 6, SMALL_CELL)))
