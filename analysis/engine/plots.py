"""Figures of the results: dots with intervals, bars, scatter plots. Each is made from a table of a statistic."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair
import numpy as np
import pandas as pd

from analysis.engine.figure import ACCENT, FONT, INK, PAPER, Figure, figure

ROW_HEIGHT = 30
WIDTH = 440
# The page's font may be wider than the one a drawing is measured with: room for each letter of a label.
LETTER = 7.5
# Of a row's length; of full accent.
NARROW_BAR, DARK_BAR = 0.04, 0.5
# A longer scale has ten steps.
MOST_TICKS = 10
FIFTHS = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]


def plot_mean_opinion_scores(table: pd.DataFrame, scale: tuple[float, float], titles: Mapping[str, str]) -> Figure:
    """Draw each system's mean opinion score with its interval, best first."""
    return _dots(
        _named(table, "system", titles),
        name="mos-by-system",
        title="Mean opinion score by system",
        axis="Mean opinion score",
        ends=scale,
        ticks=_whole_numbers(scale),
    )


def plot_mean_opinion_scores_by_word(table: pd.DataFrame, scale: tuple[float, float]) -> Figure:
    """Draw each word's mean opinion score, over all systems, with its interval, best first."""
    return _dots(
        table.rename(columns={"item": "name"}),
        name="mos-by-word",
        title="Mean opinion score by word",
        axis="Mean opinion score",
        ends=scale,
        ticks=_whole_numbers(scale),
    )


def plot_answer_distribution(table: pd.DataFrame, titles: Mapping[str, str]) -> Figure:
    """Draw how each system's answers are spread over the scale: a bar for each, high points dark, each score named."""
    rows = _named(table, "system", titles).sort_values(["name", "score"], ignore_index=True)
    order = rows.assign(total=rows["score"] * rows["share"]).groupby("name")["total"].sum().sort_values(ascending=False)
    end = rows.groupby("name")["share"].cumsum()
    rows = rows.assign(start=end - rows["share"], end=end, middle=end - rows["share"] / 2)
    room = LETTER * max(len(label) for label in order.index)
    place = altair.Y("name:N", sort=list(order.index), title=None, axis=altair.Axis(minExtent=room))
    points = sorted(rows["score"].unique())
    depths = [0.08 + 0.8 * number / max(len(points) - 1, 1) for number in range(len(points))]
    layers = [
        layer
        for point, depth in zip(points, depths, strict=True)
        for layer in _parts_of_bars(rows[rows["score"] == point], place, depth)
    ]
    chart = altair.layer(*layers).properties(width=WIDTH, height=altair.Step(ROW_HEIGHT))
    means = "; ".join(f"{name} {mean:.2f} on average" for name, mean in order.items())
    told = f"Share of each score, lowest first. {means}."
    return figure("distribution", "How answers are spread", told, vega_lite(chart))


def _parts_of_bars(rows: pd.DataFrame, place: altair.Y, depth: float) -> list[altair.Chart]:
    """Return one score's part of each bar, and the score inside where there is room."""
    along = altair.Scale(domain=[0, 1], nice=False)
    axis = altair.Axis(format="%", labelFlush=False)
    bars = altair.Chart(rows).mark_bar(fill=ACCENT, fillOpacity=depth, stroke=INK, strokeOpacity=0.4, strokeWidth=1)
    scores = altair.Chart(rows[rows["share"] > NARROW_BAR]).mark_text(color=PAPER if depth > DARK_BAR else INK)
    return [
        bars.encode(y=place, x=altair.X("start:Q", title="Share of answers", scale=along, axis=axis), x2="end:Q"),
        scores.encode(y=place, x=altair.X("middle:Q"), text=altair.Text("score:Q", format="~f")),
    ]


def plot_identification(table: pd.DataFrame, titles: Mapping[str, str]) -> Figure:
    """Draw each system's share of words heard as intended, with its interval and the chance level, best first."""
    chance = float(table["chance"].iloc[0])
    return _dots(
        _named(table, "system", titles),
        name="identification-by-system",
        title="Words heard as intended, by system",
        axis="Share of answers that name the intended word",
        ends=(0.0, 1.0),
        ticks=FIFTHS,
        marked=(chance, f"chance {chance:.0%}"),
        number_format="%",
    )


def plot_means(
    table: pd.DataFrame, scale: tuple[float, float], titles: Mapping[str, str], *, name: str, axis: str
) -> Figure:
    """Draw each system's mean on a method's scale with its interval, best first; zero is marked where it is inside."""
    return _dots(
        _named(table, "system", titles),
        name=name,
        title=f"{axis} by system",
        axis=axis,
        ends=scale,
        ticks=_round_numbers(scale),
        marked=(0.0, "no difference") if scale[0] < 0 < scale[1] else None,
    )


def plot_preference(table: pd.DataFrame, titles: Mapping[str, str]) -> Figure:
    """Draw how often the first system of each pair is preferred, with its interval, in the order of the table."""
    pairs = zip(table["first"], table["second"], strict=True)
    named = [f"{titles.get(first, first)} over {titles.get(second, second)}" for first, second in pairs]
    return _dots(
        table.assign(name=named),
        name="preference-by-pair",
        title="How often one system is preferred to another",
        axis="Share of comparisons that prefer the first",
        ends=(0.0, 1.0),
        ticks=FIFTHS,
        marked=(0.5, "equal"),
        number_format="%",
    )


def plot_strengths(table: pd.DataFrame, titles: Mapping[str, str]) -> Figure:
    """Draw each system's strength (Bradley and Terry) with its interval, in logits above the mean, best first."""
    known = table[["estimate", "low", "high"]].to_numpy(dtype=float)
    ends = float(np.floor(np.nanmin(known, initial=-1.0))), float(np.ceil(np.nanmax(known, initial=1.0)))
    return _dots(
        _named(table, "system", titles),
        name="preference-strength",
        title="Strength in comparisons, by system",
        axis="Logits above the mean of all systems",
        ends=ends,
        ticks=_round_numbers(ends),
        marked=(0.0, "mean"),
    )


def _round_numbers(scale: tuple[float, float]) -> list[float]:
    """Return every whole number of a short scale, of a longer one a tick at each tenth, fifth or half of its length."""
    length = scale[1] - scale[0]
    step = 1.0 if length <= MOST_TICKS else length / 10
    return [scale[0] + step * number for number in range(round(length / step) + 1)]


def _whole_numbers(scale: tuple[float, float]) -> list[float]:
    return [float(number) for number in range(int(scale[0]), int(scale[1]) + 1)]


def _named(table: pd.DataFrame, column: str, titles: Mapping[str, str]) -> pd.DataFrame:
    return table.assign(name=[titles.get(slug, slug) for slug in table[column]])


def _dots(
    table: pd.DataFrame,
    *,
    name: str,
    title: str,
    axis: str,
    ends: tuple[float, float],
    ticks: Sequence[float],
    marked: tuple[float, str] | None = None,
    number_format: str = "~f",
) -> Figure:
    """Draw a dot for each row's estimate over a line from low to high; an open dot where there is no interval.

    `marked` is a place on the axis that gets a line, and what stands beside it.
    """
    rows = table[["name", "estimate", "low", "high"]].assign(
        low=table["low"].clip(*ends), high=table["high"].clip(*ends), has_interval=table["low"].notna()
    )
    room = LETTER * max(len(label) for label in rows["name"])
    place = altair.Y("name:N", sort=list(rows["name"]), title=None, axis=altair.Axis(minExtent=room))
    along = altair.Scale(domain=list(ends), nice=False, zero=False)
    labels = altair.Axis(values=list(ticks), format=number_format, labelFlush=False)
    lines = altair.Chart(rows[rows["has_interval"]]).mark_rule(color=ACCENT, strokeWidth=3, strokeCap="round")
    dots = altair.Chart(rows).mark_point(size=90, opacity=1, stroke=ACCENT, strokeWidth=2)
    fill = altair.condition("datum.has_interval", altair.value(ACCENT), altair.value(PAPER))
    layers = [
        lines.encode(y=place, x=altair.X("low:Q", title=axis, scale=along, axis=labels), x2="high:Q"),
        dots.encode(y=place, x=altair.X("estimate:Q", title=axis, scale=along, axis=labels), fill=fill),
    ]
    if marked is not None:
        layers = [*_line_at(*marked), *layers]
    chart = altair.layer(*layers).properties(width=WIDTH, height=altair.Step(ROW_HEIGHT))
    told = "; ".join(_in_words(row) for row in rows.to_dict("records"))
    return figure(name, title, f"{axis}. {told}.", vega_lite(chart))


def _line_at(place: float, label: str) -> list[altair.Chart]:
    at = altair.Chart(pd.DataFrame([{"place": place, "label": label}]))
    line = at.mark_rule(color=INK, strokeDash=[4, 4], opacity=0.7).encode(x="place:Q")
    told = at.mark_text(align="left", dx=5, y=-7, color=INK).encode(x="place:Q", text="label:N")
    return [line, told]


def _in_words(row: Mapping[Any, Any]) -> str:
    interval = f", {row['low']:.2f} to {row['high']:.2f}" if row["has_interval"] else ", without interval"
    return f"{row['name']} {row['estimate']:.2f}{interval}"


def vega_lite(chart: Any) -> str:
    """Return a chart in our style as Vega-Lite. Altair has checked its parts already."""
    axis = {"labelColor": INK, "titleColor": INK, "domainColor": INK, "tickColor": INK, "gridColor": INK,
            "gridOpacity": 0.15, "domainOpacity": 0.5, "tickOpacity": 0.5, "labelFontSize": 12, "titleFontSize": 12,
            "titleFontWeight": "normal", "labelLimit": 420, "titlePadding": 10}  # fmt: skip
    header = {"labelColor": INK, "labelFontSize": 12, "labelAnchor": "start", "labelLimit": 420}
    styled = (
        chart.configure(background="transparent", font=FONT, padding=6)
        .configure_axis(**axis)
        .configure_header(**header)
        .configure_text(color=INK, fontSize=12)
        .configure_title(color=INK, fontSize=12, fontWeight="normal", anchor="start", offset=8)
        .configure_view(stroke=None)
        .configure_concat(spacing=28)
    )
    return str(styled.to_json(validate=False, indent=None))
