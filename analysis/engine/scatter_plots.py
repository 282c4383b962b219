"""Figures with a point for each clip: classifier and listeners, and how far listeners differ."""

from collections.abc import Mapping
from typing import Any

import altair
import pandas as pd

from analysis.engine.figure import ACCENT, INK, Figure, figure
from analysis.engine.plots import vega_lite

SCATTER = 230
CURVE_STEPS = 80
STAGES = {"features": "on the features, before the vocoder", "audio": "on the audio, after the vocoder"}


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
    return figure("agreement", "Classifier and listeners, clip by clip", told, vega_lite(altair.vconcat(*rows)))


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
    return figure("standard-deviations", title, told, vega_lite(altair.hconcat(*panels)))


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
