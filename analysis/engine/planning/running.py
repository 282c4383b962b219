"""Whether a running study may stop: how near its intervals are to the half-widths that its protocol declares."""

import math
from typing import Any

import numpy as np
import pandas as pd

from analysis.engine.intervals import two_way_interval
from analysis.engine.planning.designs import PlanIsOutOfReach
from analysis.engine.planning.half_widths import listeners_for_half_width
from analysis.engine.planning.pilot import PilotTellsTooLittle, pilot_of
from analysis.engine.ratings import NoRatings, counted_ratings
from analysis.engine.record import StudyRecord

# Whose intervals a target is for: a statistic, and the methods whose ratings it takes.
TARGETED: dict[str, dict[str, tuple[str, ...]]] = {
    "score": {
        "mean_opinion_score": ("acr", "acr_clarity"),
        "degradation_score": ("dcr",),
        "comparison_score": ("ccr",),
        "mushra_score": ("mushra",),
    },
    "share": {"word_identification": ("class_identification",)},
}
# Numbers of listeners at which the study is looked at again.
LOOKS = 10
NOTHING_NEEDED = {"listeners_needed": math.nan, "note": ""}
COLUMNS = ("statistic", "kind", "system", "half_width", "target", "is_below", "below_since", "listeners_needed",
           "n", "n_listeners", "n_stimuli", "note")  # fmt: skip


def running_widths(record: StudyRecord, kept: pd.DataFrame) -> pd.DataFrame:
    """Return each system's half-width beside its target; no rows if the protocol declares none or nothing is rated.

    `kept` are the record's ratings without what its exclusions leave out.
    `below_since`: with how many listeners the interval became narrow enough and stayed so, counted as they came and
    looked at ten times; missing where it is not. `listeners_needed`: how many there would be in all, by the variances
    so far, where it is not; missing where that is not known either, and `note` says why. A share's width is that before
    its ends are kept within 0 and 1. Raises RatingsFrameIsWrong.
    """
    targets = dict((record.protocol.get("analysis") or {}).get("half_width") or {})
    rows: list[dict[str, Any]] = []
    for kind, statistics in TARGETED.items():
        for statistic, methods in statistics.items():
            if targets.get(kind) and kept["method"].isin(list(methods)).any():
                target = float(targets[kind])
                asked = {"statistic": statistic, "kind": kind, "target": target}
                rows += [{**asked, **row} for row in _rows(kept, methods, target, record.confidence)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(kept: pd.DataFrame, methods: tuple[str, ...], target: float, confidence: float) -> list[dict[str, Any]]:
    try:
        scored = counted_ratings(kept, methods)
    except NoRatings:
        return []
    if scored["score"].isna().all():
        scored = scored.assign(score=(scored["response"] == scored["item"]).astype(float))
    looks = _looks(scored)
    widths = [_half_widths(scored[scored["listener"].isin(listeners)], confidence) for listeners in looks]
    needed = _listeners_needed(scored, target, confidence)
    rows = []
    for system, group in scored.groupby("system", sort=True):
        is_below = [each.get(str(system), math.nan) <= target for each in widths]
        since = len(looks[-_run_at_end(is_below)]) if is_below[-1] else math.nan
        rows.append(
            {
                "system": system,
                "half_width": widths[-1][str(system)],
                "is_below": is_below[-1],
                "below_since": since,
                "n": len(group),
                "n_listeners": group["listener"].nunique(),
                "n_stimuli": group["clip_key"].nunique(),
                **(NOTHING_NEEDED if is_below[-1] else needed(group)),
            }
        )
    return rows


def _looks(scored: pd.DataFrame) -> list[pd.Index]:
    """Return the listeners there were at each look, in the order of their first answers."""
    first = scored.groupby("listener")["answered_at"].min().reset_index()
    came = pd.Index(first.sort_values(["answered_at", "listener"], kind="stable")["listener"])
    numbers = np.unique(np.linspace(min(2, len(came)), len(came), LOOKS).round().astype(int))
    return [came[:number] for number in numbers]


def _half_widths(scored: pd.DataFrame, confidence: float) -> dict[str, float]:
    """Return the half-width of each system's interval, NaN where there is none."""
    intervals = {
        str(system): two_way_interval(group["score"].to_numpy(), group["listener"], group["clip_key"], confidence)
        for system, group in scored.groupby("system")
    }
    return {system: (interval.high - interval.low) / 2 for system, interval in intervals.items()}


def _run_at_end(is_below: list[bool]) -> int:
    """Return how many of the last looks in a row were below."""
    return next((place for place, below in enumerate(reversed(is_below)) if not below), len(is_below))


def _listeners_needed(scored: pd.DataFrame, target: float, confidence: float) -> Any:
    """Return a function that says how many listeners a system's interval needs, by the variances of all systems."""
    try:
        variances = pilot_of(
            scored["score"].to_numpy(), scored["system"], scored["listener"], scored["clip_key"]
        ).variances
    except PilotTellsTooLittle:
        return lambda group: {**NOTHING_NEEDED, "note": "too few ratings yet to say how many listeners"}

    def needed(group: pd.DataFrame) -> dict[str, Any]:
        stimuli = group["clip_key"].nunique()
        heard = min(stimuli, max(1, round(len(group) / group["listener"].nunique())))
        try:
            return {
                **NOTHING_NEEDED,
                "listeners_needed": listeners_for_half_width(target, stimuli, variances, confidence, heard),
            }
        except PlanIsOutOfReach:
            return {**NOTHING_NEEDED, "note": "no number of listeners is enough: take more stimuli"}

    return needed
