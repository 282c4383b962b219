"""Figures with bars: mean opinion scores word by word, a panel for each system (the paper's Figure 3)."""

from collections.abc import Mapping

import altair
import pandas as pd

from analysis.engine.figure import ACCENT, INK, Figure, figure
from analysis.engine.plots import vega_lite

PANEL_WIDTH, BAR = 180, 15
PANELS_BESIDE = 3
# More panels fill no page; the table has every system.
MOST_PANELS = 12


def plot_scores_by_system_and_word(
    table: pd.DataFrame, scale: tuple[float, float], titles: Mapping[str, str]
) -> Figure:
    """Draw a bar from the bottom of the scale to each word's mean opinion score, with its interval, system by system.

    Systems with the highest means come first; of more than twelve those twelve are drawn.
    """
    order = table.groupby("system")["estimate"].mean().sort_values(ascending=False, kind="stable").index
    shown = list(order[:MOST_PANELS])
    rows = table[table["system"].isin(shown)].assign(
        bottom=scale[0], low=lambda each: each["low"].clip(*scale), high=lambda each: each["high"].clip(*scale)
    )
    rows = rows.assign(name=[titles.get(slug, slug) for slug in rows["system"]])
    along = altair.Scale(domain=list(scale), nice=False, zero=False)
    axis = altair.Axis(tickCount=int(scale[1] - scale[0]), labelFlush=False)
    x = altair.X("bottom:Q", title="Mean opinion score", scale=along, axis=axis)
    word = altair.Y("item:N", sort=sorted(rows["item"].unique()), title=None)
    base = altair.Chart(rows[["name", "item", "bottom", "estimate", "low", "high"]])
    bars = base.mark_bar(fill=ACCENT, fillOpacity=0.45, stroke=ACCENT, strokeWidth=1)
    lines = base.transform_filter("isValid(datum.low)").mark_rule(color=INK, strokeWidth=2)
    layers = altair.layer(
        bars.encode(x=x, x2="estimate:Q", y=word),
        lines.encode(x=altair.X("low:Q", scale=along), x2="high:Q", y=word),
    ).properties(width=PANEL_WIDTH, height=altair.Step(BAR))
    names = [titles.get(slug, slug) for slug in shown]
    chart = layers.facet(facet=altair.Facet("name:N", sort=names, title=None), columns=PANELS_BESIDE)
    return figure(
        "mos-by-system-and-word", "Mean opinion score by word, for each system", _told(rows, order), vega_lite(chart)
    )


def _told(rows: pd.DataFrame, order: pd.Index) -> str:
    ranked = rows.sort_values("estimate", kind="stable")
    best, worst = ranked.iloc[-1], ranked.iloc[0]
    left_out = f" The {len(order) - MOST_PANELS} systems below are in the table." if len(order) > MOST_PANELS else ""
    return (
        f"{len(rows)} bars with intervals. Highest: {best['item']} by {best['name']}, {best['estimate']:.2f}; "
        f"lowest: {worst['item']} by {worst['name']}, {worst['estimate']:.2f}.{left_out}"
    )
