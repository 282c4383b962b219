"""Do classifiers and listeners fail on the same clips, and how consistent are listeners with each other?"""

import math
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.engine.bootstrap import ends_around
from analysis.engine.error_consistency import (
    RESAMPLES,
    Consistency,
    Heard,
    among_listeners,
    correct_answers,
    everything,
    resamples,
    with_classifier,
)
from analysis.engine.judged_answers import ANSWERED, JUDGE_IN_PART, identified, judged_clips
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
    return _tables(ratings, judgements, confidence)["overall"]


def error_consistency_by_system(
    ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float = 0.95
) -> pd.DataFrame:
    """Return `error_consistency` for each system by itself: consistent errors, not systems that are hard for both."""
    return _tables(ratings, judgements, confidence)["by_system"]


@dataclass
class _Panel:
    """Judges of the same clips, who share the ceiling; and what resamples showed of each judge and of the ceiling."""

    clips: npt.NDArray[np.intp]
    right: dict[Any, npt.NDArray[np.float64]]
    of_judges: list[list[npt.NDArray[np.float64]]] = field(default_factory=list)
    of_ceiling: list[npt.NDArray[np.float64]] = field(default_factory=list)

    def look(self, heard: Heard) -> None:
        """Add what resamples show."""
        of_clips = heard.of(self.clips)
        self.of_judges.append([with_classifier(of_clips, right)[0].estimate for right in self.right.values()])
        self.of_ceiling.append(among_listeners(of_clips).estimate)


def _panels(judged: pd.DataFrame, by: list[str], clips: pd.Index) -> list[_Panel]:
    panels: dict[tuple[int, ...], _Panel] = {}
    for key, group in judged.groupby([*by, *JUDGE_IN_PART], sort=True):
        places = np.sort(clips.get_indexer(pd.Index(group["clip_key"])))
        panel = panels.setdefault(tuple(places), _Panel(places, {}))
        panel.right[key] = _right_at(group, clips[places])
    return list(panels.values())


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    answers, judged = first_answers(identified(ratings)), judged_clips(judgements)
    judged = judged[judged["clip_key"].isin(answers["clip_key"].unique())]
    answers = answers[ANSWERED][answers["clip_key"].isin(judged["clip_key"].unique())]
    if judged.empty:
        raise NoRatings("No clip has both answers of listeners and judgements of a classifier yet.")
    table = correct_answers(answers, answers["system"])
    groupings = {"overall": [], "by_system": ["system"]}
    panels = {name: _panels(judged, by, table.stimuli) for name, by in groupings.items()}
    # All panels look at the same resamples.
    for heard in resamples(table, np.random.default_rng(SEED)):
        for panel in chain(*panels.values()):
            panel.look(heard)
    whole = everything(table)
    return {name: _rows(panels[name], whole, [*by, *JUDGE_IN_PART], confidence) for name, by in groupings.items()}


def _rows(panels: list[_Panel], whole: Heard, names: list[str], confidence: float) -> pd.DataFrame:
    rows = []
    for panel in panels:
        heard = whole.of(panel.clips)
        counts = _counts(heard)
        ceiling = _ends("ceiling", among_listeners(heard), panel.of_ceiling, counts, confidence)
        for place, (key, right) in enumerate(panel.right.items()):
            own, accuracy = with_classifier(heard, right)
            ends = _ends("estimate", own, [each[place] for each in panel.of_judges], counts, confidence)
            notes = (ends.pop("note"), ceiling["note"])
            rows.append(
                {
                    **dict(zip(names, key, strict=True)),
                    **ends,
                    **{name: value for name, value in ceiling.items() if name != "note"},
                    "observed": float(own.observed[0]),
                    "expected": float(own.expected[0]),
                    "accuracy_listeners": float(heard.accuracy[0]),
                    "accuracy_classifier": float(accuracy[0]),
                    **counts,
                    "method": METHOD,
                    "note": "; ".join(dict.fromkeys(note for note in notes if note)),
                }
            )
    return pd.DataFrame(rows).sort_values(names, ignore_index=True)


def _counts(heard: Heard) -> dict[str, int]:
    answers = np.asarray(heard.answers.sum(axis=1)).ravel()
    return {"n": int(answers.sum()), "n_listeners": int((answers > 0).sum()), "n_stimuli": heard.answers.shape[1]}


def _right_at(judged: pd.DataFrame, clips: pd.Index) -> npt.NDArray[np.float64]:
    """Return whether the classifier is right at each clip [S]."""
    is_right = (judged["heard"] == judged["item"]).set_axis(judged["clip_key"])
    return is_right.reindex(clips).to_numpy().astype(np.float64)


def _why_no_interval(counts: dict[str, int]) -> str:
    for what, count in (("listener", counts["n_listeners"]), ("clip", counts["n_stimuli"])):
        if count < 2:
            return f"one {what}: nothing is known of how others differ"
    return ""


def _ends(
    name: str, found: Consistency, drawn: list[npt.NDArray[np.float64]], counts: dict[str, int], confidence: float
) -> dict[str, Any]:
    """Return the estimate under its name, with the ends of its interval and a note on why one is missing."""
    low, high = ("low", "high") if name == "estimate" else (f"{name}_low", f"{name}_high")
    estimate, note = float(found.estimate[0]), _why_no_interval(counts)
    row = {name: estimate, low: math.nan, high: math.nan}
    if math.isnan(estimate):
        return {**row, "note": _why_undefined(name, found)}
    resampled = np.concatenate(drawn)
    undefined = float(np.isnan(resampled).mean())
    if not note and undefined > MOST_UNDEFINED:
        of_what = "the ceiling is" if name == "ceiling" else "it is"
        note = f"no interval: {of_what} undefined in {undefined:.0%} of the resamples"
    if note:
        return {**row, "note": note}
    ends = ends_around(estimate, resampled, confidence)
    return {**row, low: ends["low"], high: ends["high"], "note": ""}


def _why_undefined(name: str, found: Consistency) -> str:
    if name == "estimate":
        return "undefined: listeners and classifier are always right, or always wrong"
    if math.isnan(float(found.observed[0])):
        return "no ceiling: no clip was heard by two listeners"
    return "no ceiling: the listeners are always right, or always wrong"


ERROR_CONSISTENCY = Statistic(
    slug="error_consistency",
    title="Do classifiers and listeners fail on the same clips?",
    unit="an answer; listeners and clips are both taken as samples of more",
    tables=_tables,
    drawn=f"{RESAMPLES:,} bootstrap resamples of listeners and clips, seed {SEED}",
)
