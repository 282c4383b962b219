"""Figures of the results: dots with intervals, a heat map, scatter plots. Each is made from a table of a statistic."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair
import pandas as pd

from analysis.engine.figure import ACCENT, FONT, INK, PAPER, Figure, figure

ROW_HEIGHT = 30
WIDTH = 440
CELL = 34
# The page's font may be wider than the one a drawing is measured with: room for each letter of a label.
LETTER = 7.5
SCATTER = 230
CURVE_STEPS = 80
# Above this share a cell is so full of accent that its number is read better in the paper's colour.
DARK_CELL = 0.6
STAGES = {"features": "on the features, before the vocoder", "audio": "on the audio, after the vocoder"}


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
    """Draw how each system's answers are spread over the scale: a bar for each, high points dark."""
    rows = _named(table, "system", titles)
    order = rows.assign(total=rows["score"] * rows["share"]).groupby("name")["total"].sum().sort_values(ascending=False)
    points = sorted(rows["score"].unique())
    room = LETTER * max(len(label) for label in order.index)
    place = altair.Y("name:N", sort=list(order.index), title=None, axis=altair.Axis(minExtent=room))
    depths = [0.08 + 0.8 * number / max(len(points) - 1, 1) for number in range(len(points))]
    legend = altair.Legend(title="Score", orient="bottom")
    depth = altair.FillOpacity("score:O", scale=altair.Scale(domain=points, range=depths), legend=legend)
    chart = (
        altair.Chart(rows)
        .mark_bar(fill=ACCENT, stroke=INK, strokeOpacity=0.4, strokeWidth=1)
        .encode(
            y=place,
            x=altair.X("share:Q", stack="normalize", title="Share of answers", axis=altair.Axis(format="%")),
            fillOpacity=depth,
            order=altair.Order("score:Q"),
        )
        .properties(width=WIDTH, height=altair.Step(ROW_HEIGHT))
    )
    told = "; ".join(f"{name} {mean:.2f} on average" for name, mean in order.items())
    return figure("distribution", "How answers are spread", f"Share of each score. {told}.", _specification(chart))


def plot_identification(table: pd.DataFrame, titles: Mapping[str, str]) -> Figure:
    """Draw each system's share of words heard as intended, with its interval and the chance level, best first."""
    return _dots(
        _named(table, "system", titles),
        name="identification-by-system",
        title="Words heard as intended, by system",
        axis="Share of answers that name the intended word",
        ends=(0.0, 1.0),
        ticks=[0.0, 0.2, 0.4, 0.6, 0.8, 1.0],
        chance=float(table["chance"].iloc[0]),
        number_format="%",
    )


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
    chance: float | None = None,
    number_format: str = "g",
) -> Figure:
    """Draw a dot for each row's estimate over a line from low to high; an open dot where there is no interval."""
    rows = table[["name", "estimate", "low", "high"]].assign(
        low=table["low"].clip(*ends), high=table["high"].clip(*ends), has_interval=table["low"].notna()
    )
    room = LETTER * max(len(label) for label in rows["name"])
    place = altair.Y("name:N", sort=list(rows["name"]), title=None, axis=altair.Axis(minExtent=room))
    along = altair.Scale(domain=list(ends), nice=False, zero=False)
    marked = altair.Axis(values=list(ticks), format=number_format, labelFlush=False)
    lines = altair.Chart(rows[rows["has_interval"]]).mark_rule(color=ACCENT, strokeWidth=3, strokeCap="round")
    dots = altair.Chart(rows).mark_point(size=90, opacity=1, stroke=ACCENT, strokeWidth=2)
    fill = altair.condition("datum.has_interval", altair.value(ACCENT), altair.value(PAPER))
    layers = [
        lines.encode(y=place, x=altair.X("low:Q", title=axis, scale=along, axis=marked), x2="high:Q"),
        dots.encode(y=place, x=altair.X("estimate:Q", title=axis, scale=along, axis=marked), fill=fill),
    ]
    if chance is not None:
        layers = [*_chance(chance), *layers]
    chart = altair.layer(*layers).properties(width=WIDTH, height=altair.Step(ROW_HEIGHT))
    told = "; ".join(_in_words(row) for row in rows.to_dict("records"))
    return figure(name, title, f"{axis}. {told}.", _specification(chart))


def _chance(chance: float) -> list[altair.Chart]:
    at = altair.Chart(pd.DataFrame([{"chance": chance, "label": f"chance {chance:.0%}"}]))
    line = at.mark_rule(color=INK, strokeDash=[4, 4], opacity=0.7).encode(x="chance:Q")
    label = at.mark_text(align="left", dx=5, y=-7, color=INK).encode(x="chance:Q", text="label:N")
    return [line, label]


def _in_words(row: Mapping[Any, Any]) -> str:
    interval = f", {row['low']:.2f} to {row['high']:.2f}" if row["has_interval"] else ", without interval"
    return f"{row['name']} {row['estimate']:.2f}{interval}"


def plot_confusion(table: pd.DataFrame) -> Figure:
    """Draw how often each word (rows) was heard as each answer (columns), in percent of the word's answers."""
    asked = table.dropna(subset=["share"]).assign(percent=lambda shown: (100 * shown["share"]).round().astype(int))
    answers = list(dict.fromkeys(asked["heard"]))
    across = altair.X("heard:N", sort=answers, title="Heard",
                      axis=altair.Axis(orient="top", labelAngle=-40, ticks=False, domain=False))  # fmt: skip
    down = altair.Y("item:N", sort=list(dict.fromkeys(asked["item"])), title="Intended",
                    axis=altair.Axis(ticks=False, domain=False))  # fmt: skip
    cells = altair.Chart(asked).mark_rect(fill=ACCENT, stroke=INK, strokeOpacity=0.15, strokeWidth=1)
    numbers = altair.Chart(asked[asked["percent"] > 0]).mark_text(fontSize=11)
    ink = altair.condition(f"datum.share > {DARK_CELL}", altair.value(PAPER), altair.value(INK))
    opacity = altair.FillOpacity("share:Q", scale=altair.Scale(domain=[0, 1], range=[0, 1]), legend=None)
    chart = altair.layer(
        cells.encode(x=across, y=down, fillOpacity=opacity),
        numbers.encode(x=across, y=down, text="percent:Q", color=ink),
    ).properties(width=altair.Step(CELL), height=altair.Step(CELL - 6))
    right = asked[asked["item"] == asked["heard"]]
    told = "; ".join(f"{row.item} {row.percent} %" for row in right.itertuples())
    return figure("confusion", "Which word was heard for which", f"Heard as intended: {told}.", _specification(chart))


def plot_confusion_difference(table: pd.DataFrame) -> Figure:
    """Draw how much more often classifiers answer each word (columns) to each (rows) than listeners do, in points."""
    points = (100 * table["difference"]).round().astype(int)
    rows = table[["item", "heard"]].assign(points=points, size=points.abs() / 100, is_more=points > 0)
    answers = list(dict.fromkeys(rows["heard"]))
    across = altair.X("heard:N", sort=answers, title="Answered",
                      axis=altair.Axis(orient="top", labelAngle=-40, ticks=False, domain=False))  # fmt: skip
    down = altair.Y("item:N", title="Intended", axis=altair.Axis(ticks=False, domain=False))
    colour = altair.condition("datum.is_more", altair.value(ACCENT), altair.value(INK))
    opacity = altair.FillOpacity("size:Q", scale=altair.Scale(domain=[0, 1], range=[0, 0.9]), legend=None)
    cells = altair.Chart(rows).mark_rect(stroke=INK, strokeOpacity=0.15, strokeWidth=1)
    numbers = altair.Chart(rows[rows["points"] != 0]).mark_text(fontSize=11)
    ink = altair.condition(f"datum.size > {DARK_CELL}", altair.value(PAPER), altair.value(INK))
    chart = altair.layer(
        cells.encode(x=across, y=down, fill=colour, fillOpacity=opacity),
        numbers.encode(x=across, y=down, text="points:Q", color=ink),
    ).properties(width=altair.Step(CELL), height=altair.Step(CELL - 6))
    greatest = rows.iloc[int(rows["points"].abs().to_numpy().argmax())]
    told = f"Greatest difference: {greatest['item']} answered by {greatest['heard']}, {greatest['points']:+d} points."
    title = "Classifiers' answers less listeners', in points of percent"
    return figure("confusion-difference", title, told, _specification(chart))


def plot_agreement(by_clip: pd.DataFrame, titles: Mapping[str, str]) -> Figure:
    """Draw each clip's probability of the intended word against the share of listeners who heard it.

    One panel for each classifier (rows) and stage (columns); on the diagonal both agree. Clips that climb the
    classifier are open.
    """
    shown = by_clip[["classifier", "stage", "part", "probability_of_item", "estimate"]]
    ends = altair.Scale(domain=[0, 1], nice=False)
    ticks = altair.Axis(values=[0, 0.25, 0.5, 0.75, 1], format="%", labelFlush=False)
    rows = []
    for classifier in sorted(shown["classifier"].unique()):
        of_classifier = shown[shown["classifier"] == classifier]
        by_stage = {stage: of_classifier[of_classifier["stage"] == stage] for stage in STAGES}
        panels = [
            _panel(points, titles.get(classifier, classifier), stage, ends, ticks)
            for stage, points in by_stage.items()
            if not points.empty
        ]
        rows.append(altair.hconcat(*panels))
    n_climbing = int((by_clip["part"] == "own").sum())
    told = f"{len(by_clip)} points: a clip each, judged by a classifier at a stage; {n_climbing} climb it and are open."
    return figure("agreement", "Classifier and listeners, clip by clip", told, _specification(altair.vconcat(*rows)))


def _panel(points: pd.DataFrame, classifier: str, stage: str, ends: altair.Scale, ticks: altair.Axis) -> Any:
    diagonal = altair.Chart(pd.DataFrame({"at": [0.0, 1.0]})).mark_line(color=INK, opacity=0.4, strokeDash=[4, 4])
    across = altair.X("probability_of_item:Q", title="Classifier's probability", scale=ends, axis=ticks)
    up = altair.Y("estimate:Q", title="Share of listeners", scale=ends, axis=ticks)
    climbs = points["part"] == "own"
    dots = altair.Chart(points[~climbs]).mark_circle(color=ACCENT, size=45, opacity=0.55)
    rings = altair.Chart(points[climbs]).mark_point(color=ACCENT, size=45, opacity=0.8, filled=False)
    return altair.layer(
        diagonal.encode(x=altair.X("at:Q"), y=altair.Y("at:Q")),
        dots.encode(x=across, y=up),
        rings.encode(x=across, y=up),
    ).properties(width=SCATTER, height=SCATTER, title=[classifier, STAGES[stage]])


def plot_standard_deviations(by_stimulus: pd.DataFrame) -> Figure:
    """Draw each stimulus's standard deviation against its mean, with the fitted curve; a panel for each method.

    `by_stimulus` is that table of the statistic `standard_deviation_of_scores`.
    """
    panels = [_spread_panel(points, str(method)) for method, points in by_stimulus.groupby("test_method")]
    deviations = by_stimulus["standard_deviation"]
    told = (
        f"{len(by_stimulus)} sounds: standard deviations from {deviations.min():.2f} to {deviations.max():.2f} points."
    )
    title = "How far listeners differ about a sound"
    return figure("standard-deviations", title, told, _specification(altair.hconcat(*panels)))


def _spread_panel(points: pd.DataFrame, method: str) -> Any:
    ends = float(points["scale_min"].iloc[0]), float(points["scale_max"].iloc[0])
    along = altair.X("mean:Q", title="Mean score", scale=altair.Scale(domain=list(ends), nice=False, zero=False),
                     axis=altair.Axis(tickCount=5, labelFlush=False))  # fmt: skip
    up = altair.Y("standard_deviation:Q", title="Standard deviation", scale=altair.Scale(zero=True))
    dots = altair.Chart(points[["mean", "standard_deviation"]]).mark_circle(color=ACCENT, size=45, opacity=0.55)
    curve = altair.Chart(_fitted_curve(points, *ends)).mark_line(color=INK, opacity=0.7)
    layers = altair.layer(curve.encode(x=along, y=up), dots.encode(x=along, y=up))
    return layers.properties(width=SCATTER, height=SCATTER, title=method)


def _fitted_curve(points: pd.DataFrame, low: float, high: float) -> pd.DataFrame:
    """Return the standard deviation at every mean from low to high that goes with those fitted at the points."""
    largest = (points["mean"] - low) * (high - points["mean"])
    parameter = (points["fitted_standard_deviation"] ** 2 / largest.where(largest > 0)).mean()
    means = pd.Series([low + (high - low) * step / CURVE_STEPS for step in range(CURVE_STEPS + 1)])
    return pd.DataFrame({"mean": means, "standard_deviation": (parameter * (means - low) * (high - means)) ** 0.5})


def _specification(chart: Any) -> str:
    """Return a chart in our style as Vega-Lite. Altair has checked its parts already."""
    axis = {"labelColor": INK, "titleColor": INK, "domainColor": INK, "tickColor": INK, "gridColor": INK,
            "gridOpacity": 0.15, "domainOpacity": 0.5, "tickOpacity": 0.5, "labelFontSize": 12, "titleFontSize": 12,
            "titleFontWeight": "normal", "labelLimit": 420, "titlePadding": 10}  # fmt: skip
    styled = (
        chart.configure(background="transparent", font=FONT, padding=6)
        .configure_axis(**axis)
        .configure_text(color=INK, fontSize=12)
        .configure_title(color=INK, fontSize=12, fontWeight="normal", anchor="start", offset=8)
        .configure_view(stroke=None)
        .configure_concat(spacing=28)
    )
    return str(styled.to_json(validate=False, indent=None))
