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
from analysis.engine.mean_scores import numbered
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


@dataclass(frozen=True)
class _Observed:
    """Answers, and judgements of clips that were heard, by their system; listeners and clips are numbers."""

    answers: dict[str, pd.DataFrame]
    judged: dict[str, pd.DataFrame]


def _recognitions(ratings: pd.DataFrame, judgements: pd.DataFrame) -> tuple[list[_Step], _Observed]:
    """Return the steps there are, and what was made of the systems' clips."""
    answers = identified(ratings)
    found = list(_steps(answers[["system", "source", "vocoder"]].drop_duplicates().sort_values("system")))
    if not found:
        raise NoRatings(
            "No two of the systems that were heard differ by the vocoder or by the network alone: that takes natural "
            "recordings, and copy synthesis with the vocoder of the maximised systems (columns source and vocoder)."
        )
    judged = check_judgements(judgements)
    clips = pd.Index(answers["clip_key"].unique()).sort_values().get_indexer(judged["clip_key"])
    judged = judged.assign(clip_key=clips, is_right=judged["heard"] == judged["item"])
    told = judged.loc[clips >= 0, [*JUDGE, "part", "clip_key", "system", "is_right"]]
    heard = numbered(answers[["listener", "clip_key", "system", "item", "human_is_right"]])
    return found, _Observed(_by_system(heard.astype({"item": "category"})), _by_system(told))


def _by_system(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {str(system): rows.drop(columns="system") for system, rows in frame.groupby("system")}


def _steps(systems: pd.DataFrame) -> Iterator[_Step]:
    for done, source, next_source in STEPS:
        for before in systems[systems["source"] == source].itertuples():
            for after in systems[systems["source"] == next_source].itertuples():
                if before.vocoder in ("", after.vocoder):
                    yield _Step(done, str(before.system), str(after.system), str(after.vocoder))


def _rows(found: list[_Step], observed: _Observed, by: list[str], confidence: float) -> Iterator[dict[str, Any]]:
    for step in found:
        heard, judged = (_sides(frames, step) for frames in (observed.answers, observed.judged))
        for cell, group in heard.groupby(by, sort=True) if by else [((), heard)]:
            place: dict[str, Any] = {"step": step.done, "system": step.before, "other_system": step.after}
            place |= {"vocoder": step.vocoder, **dict(zip(by, cell, strict=True))}
            # A word that a system does not say is on no way through it.
            if group["is_before"].nunique() == 2:
                yield {**place, **_by_listeners(group, confidence)}
                of_cell = judged[judged["clip_key"].isin(group["clip_key"].unique())]
                for judge, clips in of_cell.groupby(JUDGE, sort=True):
                    if clips["is_before"].nunique() == 2:
                        yield {**place, **_by_classifier(judge, clips, confidence)}


def _sides(frames: dict[str, pd.DataFrame], step: _Step) -> pd.DataFrame:
    """Return the rows of both systems of a step, with whether each is of the one before."""
    sides = {step.before: True, step.after: False}
    there = [frames[system].assign(is_before=is_before) for system, is_before in sides.items() if system in frames]
    return pd.concat(there) if there else pd.DataFrame(columns=[*JUDGE, "clip_key", "is_before"])


def _by_listeners(answers: pd.DataFrame, confidence: float) -> dict[str, Any]:
    right, is_before = answers["human_is_right"].to_numpy(dtype=np.float64), answers["is_before"].to_numpy()
    before, after = (
        within_unit(two_way_interval(right[side], answers["listener"][side], answers["clip_key"][side], confidence))
        for side in (is_before, ~is_before)
    )
    lost = two_way_difference(right, is_before, answers["listener"], answers["clip_key"], confidence)
    counts = {"n": len(answers), "n_listeners": answers["listener"].nunique()}
    observer = {"observer": LISTENERS, "stage": "audio", "part": ""}
    return {**observer, **_numbers(lost, before, after), **counts, **_clips(answers, lost, before, after)}


def _by_classifier(judge: Any, clips: pd.DataFrame, confidence: float) -> dict[str, Any]:
    classifier, _, stage = judge
    is_right, is_before = clips["is_right"].to_numpy(), clips["is_before"].to_numpy()
    counted = [is_right[side] for side in (is_before, ~is_before)]
    right, n = [int(side.sum()) for side in counted], [len(side) for side in counted]
    before, after = (wilson_interval(*side, confidence) for side in zip(right, n, strict=True))
    low, high = confint_proportions_2indep(
        right[0], n[0], right[1], n[1], method="newcomb", compare="diff", alpha=1 - confidence
    )
    lost = Interval(before.estimate - after.estimate, float(low), float(high), math.nan, NEWCOMBE)
    parts = "/".join(sorted(clips["part"][~is_before].unique()))
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
