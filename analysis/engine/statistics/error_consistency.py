"""Do classifiers and listeners fail on the same clips, and how consistent are listeners with each other?"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.engine.bootstrap import ends_around
from analysis.engine.error_consistency import (
    Consistency,
    Heard,
    among_listeners,
    correct_answers,
    everything,
    heard,
    resamples,
    with_classifier,
)
from analysis.engine.judged_answers import JUDGE_IN_PART, identified, judged_clips
from analysis.engine.ratings import NoRatings
from analysis.engine.repeats import first_answers
from analysis.engine.statistic import Statistic, Tables

# Of the bootstrap: the same answers give the same interval.
SEED = 20201206
METHOD = "error consistency, bootstrap of listeners and clips"
# Where more resamples than this leave it undefined, the interval would be that of the rest alone.
MOST_UNDEFINED = 0.05


def error_consistency(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return for each classifier, stage and part its error consistency with listeners, beside that among listeners.

    `estimate`, `low`, `high`: see `analysis.engine.error_consistency`, with a percentile bootstrap in which listeners
    and clips (within systems) are both drawn again. `ceiling...` is that of listeners with each other on the same clips
    in the same resamples: no classifier can be expected to be more consistent with them. `observed` and `expected` are
    c_obs and c_exp, `accuracy_listeners` and `accuracy_classifier` the shares of right answers they rest on. A
    listener's first answer to a clip counts. Undefined, with a note, where listeners and classifier are always right,
    or always wrong; without interval where there is one listener or one clip. Raises NoRatings.
    """
    return _table(_answers(ratings), judged_clips(judgements), [], confidence)


def error_consistency_by_system(
    ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float = 0.95
) -> pd.DataFrame:
    """Return `error_consistency` for each system by itself: consistent errors, not systems that are hard for both."""
    return _table(_answers(ratings), judged_clips(judgements), ["system"], confidence)


def _answers(ratings: pd.DataFrame) -> pd.DataFrame:
    return first_answers(identified(ratings))


def _table(answers: pd.DataFrame, judged: pd.DataFrame, by: list[str], confidence: float) -> pd.DataFrame:
    judged = judged[judged["clip_key"].isin(set(answers["clip_key"]))]
    if judged.empty:
        raise NoRatings("No clip has both answers of listeners and judgements of a classifier yet.")
    groups = dict(list(judged.groupby([*by, *JUDGE_IN_PART], sort=True)))
    # Judges of the same clips share the resamples, and the ceiling.
    panels: dict[frozenset[str], list[Any]] = {}
    for key, group in groups.items():
        panels.setdefault(frozenset(group["clip_key"]), []).append(key)
    rows: dict[Any, dict[str, Any]] = {}
    for clips, keys in panels.items():
        of_clips = answers[answers["clip_key"].isin(clips)]
        rows |= _panel(of_clips, {key: groups[key] for key in keys}, confidence)
    return pd.DataFrame([{**dict(zip([*by, *JUDGE_IN_PART], key, strict=True)), **rows[key]} for key in groups])


@dataclass(frozen=True)
class _Found:
    """What was found of some judges in some resamples: each one's consistency, and that among listeners."""

    of_judges: list[Consistency]
    ceiling: Consistency


def _panel(answers: pd.DataFrame, judged: dict[Any, pd.DataFrame], confidence: float) -> dict[Any, dict[str, Any]]:
    table = correct_answers(answers, answers["system"])
    right = [_right_at(group, table.stimuli) for group in judged.values()]
    whole = heard(table, everything(table))
    found = _found(whole, right)
    note = _why_no_interval(answers)
    drawn = [] if note else [_found(each, right) for each in resamples(table, np.random.default_rng(SEED))]
    ceiling = _ends("ceiling", found.ceiling, [each.ceiling for each in drawn], confidence)
    rows = {}
    for place, key in enumerate(judged):
        own = found.of_judges[place]
        ends = _ends("estimate", own, [each.of_judges[place] for each in drawn], confidence)
        rows[key] = {
            **{name: ends[name] for name in ("estimate", "low", "high")},
            **{name: ceiling[name] for name in ("ceiling", "ceiling_low", "ceiling_high")},
            "observed": float(own.observed[0]),
            "expected": float(own.expected[0]),
            "accuracy_listeners": float(whole.accuracy[0]),
            "accuracy_classifier": float(with_classifier(whole, right[place])[1][0]),
            "n": len(answers),
            "n_listeners": answers["listener"].nunique(),
            "n_stimuli": len(table.stimuli),
            "method": METHOD,
            "note": "; ".join(filter(None, (note, ends["note"], ceiling["note"]))),
        }
    return rows


def _found(answered: Heard, right: list[npt.NDArray[np.float64]]) -> _Found:
    return _Found([with_classifier(answered, each)[0] for each in right], among_listeners(answered))


def _right_at(judged: pd.DataFrame, clips: pd.Index) -> npt.NDArray[np.float64]:
    """Return whether the classifier is right at each clip [S]."""
    is_right = (judged["heard"] == judged["item"]).set_axis(judged["clip_key"])
    return is_right.reindex(clips).to_numpy().astype(np.float64)


def _why_no_interval(answers: pd.DataFrame) -> str:
    for what, count in (("listener", answers["listener"].nunique()), ("clip", answers["clip_key"].nunique())):
        if count < 2:
            return f"one {what}: nothing is known of how others differ"
    return ""


def _ends(name: str, found: Consistency, drawn: list[Consistency], confidence: float) -> dict[str, Any]:
    """Return the estimate under its name, with the ends of its interval and why it is missing."""
    low, high = ("low", "high") if name == "estimate" else (f"{name}_low", f"{name}_high")
    estimate = float(found.estimate[0])
    row = {name: estimate, low: math.nan, high: math.nan, "note": ""}
    if math.isnan(estimate):
        return {**row, "note": _why_undefined(name, found)}
    if not drawn:
        return row
    resampled = np.concatenate([each.estimate for each in drawn])
    undefined = float(np.isnan(resampled).mean())
    if undefined > MOST_UNDEFINED:
        of_what = "the ceiling is" if name == "ceiling" else "it is"
        return {**row, "note": f"no interval: {of_what} undefined in {undefined:.0%} of the resamples"}
    ends = ends_around(estimate, resampled, confidence)
    return {**row, low: ends["low"], high: ends["high"]}


def _why_undefined(name: str, found: Consistency) -> str:
    if name == "estimate":
        return "undefined: listeners and classifier are always right, or always wrong"
    if math.isnan(float(found.observed[0])):
        return "no ceiling: no clip was heard by two listeners"
    return "no ceiling: the listeners are always right, or always wrong"


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    answers, judged = _answers(ratings), judged_clips(judgements)
    return {
        "overall": _table(answers, judged, [], confidence),
        "by_system": _table(answers, judged, ["system"], confidence),
    }


ERROR_CONSISTENCY = Statistic(
    slug="error_consistency",
    title="Do classifiers and listeners fail on the same clips?",
    unit="an answer; listeners and clips are both taken as samples of more",
    tables=_tables,
)
