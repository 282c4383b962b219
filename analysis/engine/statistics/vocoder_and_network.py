"""What the vocoder did to a word and what the network did: recognition from natural to copied to maximised speech."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import confint_proportions_2indep

from analysis.engine.intervals import Interval, two_way_difference, two_way_interval, wilson_interval, within_unit
from analysis.engine.judged_answers import JUDGE, identified
from analysis.engine.ratings import NoRatings, check_judgements
from analysis.engine.statistic import Statistic, Tables

# Each step of the way: what is done in it, and the source of a system before and after. All but the first stay with
# one vocoder, so that its doing is on both sides.
STEPS = (
    ("vocoder", "natural", "copy_synthesis"),
    ("prior", "copy_synthesis", "reconstruction"),
    ("network", "copy_synthesis", "maximised"),
)
LISTENERS = "listeners"
NEWCOMBE = "Newcombe (independent clips)"


def steps(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return, for each step from one system to another, how much recognition is lost, by listeners and classifiers.

    Steps: `vocoder` from natural to copy synthesis, `network` from copy synthesis to maximised by the same vocoder,
    `prior` from copy synthesis to reconstruction by the same. What made a system is in the ratings' columns `source`
    and `vocoder`. `estimate` is the share recognised `before` less that `after`. `observer` is "listeners" or a
    classifier, `stage` what it was given; a classifier's `part` is that to the system after the step. Listeners: shares
    of answers, two-way cluster-robust. Classifiers: shares of the clips that listeners heard, Wilson's intervals and
    Newcombe's for the difference, which take clips for independent; on copies of the same recordings both are on the
    safe side. Raises NoRatings.
    """
    return pd.DataFrame(_rows(*_recognitions(ratings, judgements), [], confidence))


def steps_by_item(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return `steps` for each word by itself. Raises NoRatings."""
    return pd.DataFrame(_rows(*_recognitions(ratings, judgements), ["item"], confidence))


@dataclass(frozen=True)
class _Step:
    """From one system to the next, and what is done between them."""

    done: str
    before: str
    after: str
    vocoder: str


def _recognitions(ratings: pd.DataFrame, judgements: pd.DataFrame) -> tuple[list[_Step], pd.DataFrame, pd.DataFrame]:
    """Return the steps there are, the answers, and the judgements of clips that were heard."""
    answers = identified(ratings)
    found = list(_steps(answers[["system", "source", "vocoder"]].drop_duplicates().sort_values("system")))
    if not found:
        raise NoRatings(
            "No two of the systems that were heard differ by the vocoder or by the network alone: that takes natural "
            "recordings, and copy synthesis with the vocoder of the maximised systems (columns source and vocoder)."
        )
    judged = check_judgements(judgements)
    judged = judged[judged["clip_key"].isin(set(answers["clip_key"]))]
    return found, answers, judged.assign(is_right=judged["heard"] == judged["item"])


def _steps(systems: pd.DataFrame) -> Iterator[_Step]:
    for done, source, next_source in STEPS:
        for before in systems[systems["source"] == source].itertuples():
            for after in systems[systems["source"] == next_source].itertuples():
                if before.vocoder in ("", after.vocoder):
                    yield _Step(done, str(before.system), str(after.system), str(after.vocoder))


def _rows(
    found: list[_Step], answers: pd.DataFrame, judged: pd.DataFrame, by: list[str], confidence: float
) -> Iterator[dict[str, Any]]:
    for step in found:
        sides = {step.before, step.after}
        heard, judgements = (frame[frame["system"].isin(sides)] for frame in (answers, judged))
        for cell, group in heard.groupby(by, sort=True) if by else [((), heard)]:
            place: dict[str, Any] = {"step": step.done, "system": step.before, "other_system": step.after}
            place |= {"vocoder": step.vocoder, **dict(zip(by, cell, strict=True))}
            # A word that a system does not say is on no way through it.
            if set(group["system"]) == sides:
                yield {**place, **_by_listeners(group, step, confidence)}
                of_cell = judgements[judgements["clip_key"].isin(set(group["clip_key"]))]
                for judge, clips in of_cell.groupby(JUDGE, sort=True):
                    if set(clips["system"]) == sides:
                        yield {**place, **_by_classifier(judge, clips, step, confidence)}


def _by_listeners(answers: pd.DataFrame, step: _Step, confidence: float) -> dict[str, Any]:
    right = answers["human_is_right"].to_numpy(dtype=np.float64)
    is_before = (answers["system"] == step.before).to_numpy()
    before, after = (
        within_unit(two_way_interval(right[side], answers["listener"][side], answers["clip_key"][side], confidence))
        for side in (is_before, ~is_before)
    )
    lost = two_way_difference(right, is_before, answers["listener"], answers["clip_key"], confidence)
    counts = {"n": len(answers), "n_listeners": answers["listener"].nunique()}
    observer = {"observer": LISTENERS, "stage": "audio", "part": ""}
    return {**observer, **_numbers(lost, before, after), **counts, **_clips(answers, lost, before, after)}


def _by_classifier(judge: Any, clips: pd.DataFrame, step: _Step, confidence: float) -> dict[str, Any]:
    classifier, _, stage = judge
    counted = [clips[clips["system"] == system]["is_right"] for system in (step.before, step.after)]
    right, n = [int(side.sum()) for side in counted], [len(side) for side in counted]
    before, after = (wilson_interval(*side, confidence) for side in zip(right, n, strict=True))
    low, high = confint_proportions_2indep(
        right[0], n[0], right[1], n[1], method="newcomb", compare="diff", alpha=1 - confidence
    )
    lost = Interval(before.estimate - after.estimate, float(low), float(high), math.nan, NEWCOMBE)
    parts = "/".join(sorted(set(clips[clips["system"] == step.after]["part"])))
    observer = {"observer": classifier, "stage": stage, "part": parts}
    return {
        **observer,
        **_numbers(lost, before, after),
        "n": len(clips),
        "n_listeners": 0,
        **_clips(clips, lost, before, after),
    }


def _numbers(lost: Interval, before: Interval, after: Interval) -> dict[str, float]:
    sides = {"before": before, "after": after}
    return {
        "estimate": lost.estimate,
        "low": max(lost.low, -1.0),
        "high": min(lost.high, 1.0),
        **{
            f"{name}{end}": getattr(side, what)
            for name, side in sides.items()
            for end, what in (("", "estimate"), ("_low", "low"), ("_high", "high"))
        },
    }


def _clips(frame: pd.DataFrame, lost: Interval, before: Interval, after: Interval) -> dict[str, Any]:
    notes = {"": lost.note, "before: ": before.note, "after: ": after.note}
    note = "; ".join(f"{which}{text}" for which, text in notes.items() if text)
    return {"n_stimuli": frame["clip_key"].nunique(), "method": lost.method, "note": note}


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    found = _recognitions(ratings, judgements)
    return {
        "steps": pd.DataFrame(_rows(*found, [], confidence)),
        "steps_by_item": pd.DataFrame(_rows(*found, ["item"], confidence)),
    }


VOCODER_AND_NETWORK = Statistic(
    slug="vocoder_and_network",
    title="What the vocoder did, and what the network did",
    unit="an answer, for listeners, who are with the clips taken as samples of more; a clip, for classifiers",
    tables=_tables,
)
