"""Do a classifier and people hear the same word? Clip by clip, before the vocoder and after it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa

from analysis.engine.intervals import WILSON, Interval, two_way_interval, wilson_ends, wilson_interval, within_unit
from analysis.engine.judged_answers import ANSWERED, JUDGE, JUDGE_IN_PART, identified, judged_clips
from analysis.engine.mean_scores import numbered
from analysis.engine.ratings import NoRatings
from analysis.engine.statistic import Statistic, Tables

CLIPS_LISTED = 10


def agreement_by_clip(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return, for each clip, classifier and stage, what the classifier and the listeners made of the clip.

    `estimate` is the share of listeners who heard the intended word, with Wilson's interval (every listener hears a
    clip once); `probability_of_item` is the classifier's; `difference` is classifier less listeners.
    `majority_heard` is what most listeners heard, empty where two answers tie. Raises NoRatings.
    """
    return _by_clip(identified(ratings)[ANSWERED], judged_clips(judgements), confidence)


def _by_clip(answers: pd.DataFrame, judged: pd.DataFrame, confidence: float) -> pd.DataFrame:
    people = _people(answers, confidence)
    clips = judged.drop(columns=["probabilities"]).merge(people, on="clip_key", validate="many_to_one")
    if clips.empty:
        raise NoRatings("No clip has both answers of listeners and judgements of a classifier yet.")
    clips["difference"] = clips["probability_of_item"] - clips["estimate"]
    return clips.sort_values([*JUDGE, "system", "item", "clip_key"], ignore_index=True)


def _people(answers: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Return what listeners made of each clip, by its key."""
    by_clip = answers.groupby("clip_key", sort=True)
    counts = by_clip.agg(right=("human_is_right", "sum"), n=("human_is_right", "size"))
    low, high = wilson_ends(counts["right"], counts["n"], confidence)
    people = {
        "estimate": counts["right"] / counts["n"],
        "low": low,
        "high": high,
        "n": counts["n"],
        "n_listeners": by_clip["listener"].nunique(),
        "n_stimuli": 1,
        "majority_heard": _majorities(answers),
        "method": WILSON,
    }
    return pd.DataFrame(people, index=counts.index).reset_index()


def _majorities(answers: pd.DataFrame) -> pd.Series:
    """Return the answer that most listeners gave to each clip, by its key; empty where two answers tie."""
    counts = answers.groupby(["clip_key", "response"]).size().rename("n").reset_index("response")
    most = counts[counts["n"] == counts.groupby("clip_key")["n"].transform("max")]
    is_tied = most.index.duplicated(keep=False)
    return most["response"].where(~is_tied, "").groupby("clip_key").first()


def agreement_by_system(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return, for each system, classifier, part and stage, how often each side is right on the clips both judged.

    `estimate` is the classifier's share of right clips with Wilson's interval over clips; `mean_probability` its mean
    probability of the intended word; `human_accuracy` the share of right answers. Raises NoRatings.
    """
    answers = identified(ratings)[ANSWERED]
    return _by_system(answers, _by_clip(answers, judged_clips(judgements), confidence), confidence)


def _by_system(answers: pd.DataFrame, by_clip: pd.DataFrame, confidence: float) -> pd.DataFrame:
    names = ["system", *JUDGE_IN_PART]
    rows = []
    for key, clips, people in _judged(by_clip, answers, names, confidence):
        wilson = wilson_interval(int((clips["heard"] == clips["item"]).sum()), len(clips), confidence)
        rows.append(
            {
                **dict(zip(names, key, strict=True)),
                "estimate": wilson.estimate,
                "low": wilson.low,
                "high": wilson.high,
                "mean_probability": clips["probability_of_item"].mean(),
                "human_accuracy": people.right.mean(),
                "n": len(people.right),
                "n_listeners": people.n_listeners,
                "n_stimuli": len(clips),
                "method": wilson.method,
            }
        )
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class _People:
    """Who heard some clips, and which answers are right [N]: shared by the classifiers that judged the same clips."""

    answers: pd.DataFrame
    confidence: float

    @cached_property
    def right(self) -> npt.NDArray[np.float64]:
        return self.answers["human_is_right"].to_numpy(dtype=np.float64)

    @cached_property
    def n_listeners(self) -> int:
        return int(self.answers["listener"].nunique())

    @cached_property
    def accuracy(self) -> Interval:
        """The share of right answers, for other listeners and other clips."""
        listeners, clips = self.answers["listener"], self.answers["clip_key"]
        return within_unit(two_way_interval(self.right, listeners, clips, self.confidence))


def _judged(
    by_clip: pd.DataFrame, answers: pd.DataFrame, names: list[str], confidence: float
) -> Iterator[tuple[Any, pd.DataFrame, _People]]:
    """Return each group of judged clips by `names`, with the people who heard them."""
    numbers, keys = pd.factorize(answers["clip_key"], sort=True)
    coded = numbered(answers[["listener", "clip_key", "human_is_right"]])
    people: dict[bytes, _People] = {}
    for key, clips in by_clip.groupby(names, sort=True):
        is_judged = pd.Index(keys).isin(clips["clip_key"])
        same = is_judged.tobytes()
        if same not in people:
            people[same] = _People(coded[is_judged[numbers]], confidence)
        yield key, clips, people[same]


def overall_agreement(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return for each classifier, part and stage: both accuracies and Cohen's kappa, one a row.

    Human accuracy: share of right answers, two-way clustered. Classifier accuracy: share of right clips, Wilson.
    Response kappa: Cohen's kappa between the classifier's word and the word most listeners heard, over clips without
    a tie. It is about words, not about who errs where: that is error consistency. Raises NoRatings.
    """
    answers = identified(ratings)[ANSWERED]
    return _overall(answers, _by_clip(answers, judged_clips(judgements), confidence), confidence)


def _overall(answers: pd.DataFrame, by_clip: pd.DataFrame, confidence: float) -> pd.DataFrame:
    rows = []
    for judge, clips, people in _judged(by_clip, answers, JUDGE_IN_PART, confidence):
        for measure, n, interval in _measures(people, clips, confidence):
            rows.append(
                {
                    **dict(zip(JUDGE_IN_PART, judge, strict=True)),
                    "measure": measure,
                    "estimate": interval.estimate,
                    "low": interval.low,
                    "high": interval.high,
                    "n": n,
                    "n_listeners": people.n_listeners,
                    "n_stimuli": len(clips),
                    "method": interval.method,
                    "note": interval.note,
                }
            )
    return pd.DataFrame(rows)


def _measures(people: _People, clips: pd.DataFrame, confidence: float) -> Iterator[tuple[str, int, Interval]]:
    yield "human accuracy", len(people.right), people.accuracy
    classifier = wilson_interval(int((clips["heard"] == clips["item"]).sum()), len(clips), confidence)
    yield "classifier accuracy", len(clips), classifier
    decided = clips[clips["majority_heard"] != ""]
    yield "response kappa", len(decided), response_kappa(decided["heard"], decided["majority_heard"], confidence)


def response_kappa(first: pd.Series, second: pd.Series, confidence: float = 0.95) -> Interval:
    """Return Cohen's kappa between two series of answers, with its asymptotic interval (Fleiss, Cohen & Everitt 1969).

    Undefined (NaN, with a note) without pairs, or where one side always gives the same answer; without interval where
    both always agree.
    """
    method = "Cohen's kappa, asymptotic over clips"
    answers = sorted(set(first) | set(second))
    if min(first.nunique(), second.nunique()) < 2:
        return Interval(math.nan, math.nan, math.nan, math.nan, method, "undefined: one side always gives one answer")
    table = pd.crosstab(first.to_numpy(), second.to_numpy()).reindex(index=answers, columns=answers, fill_value=0)
    kappa = float(cohens_kappa(table.to_numpy(), return_results=False))
    if math.isclose(kappa, 1):
        return Interval(1.0, math.nan, math.nan, math.nan, method, "full agreement: no variance to estimate from")
    result = cohens_kappa(table.to_numpy())
    half = float(stats.norm.ppf((1 + confidence) / 2)) * float(result.std_kappa)
    return Interval(kappa, max(kappa - half, -1.0), min(kappa + half, 1.0), float(result.std_kappa), method)


def greatest_disagreements(by_clip: pd.DataFrame, count: int = CLIPS_LISTED) -> pd.DataFrame:
    """Return, for each classifier and stage, the clips where its probability and the listeners' share differ most."""
    order = by_clip["difference"].abs().sort_values(ascending=False, kind="stable").index
    return by_clip.loc[order].groupby(JUDGE, sort=True).head(count).sort_values(JUDGE, kind="stable", ignore_index=True)


def confusion_difference(ratings: pd.DataFrame, judgements: pd.DataFrame) -> pd.DataFrame:
    """Return how often listeners and judges answer each word to each intended word, and how far that differs.

    Listeners by answer, judges by their most probable word on the audio; a judge is no classifier that the clip climbs
    and no control. Shares are of an intended word's answers; `count` is the listeners'. Empty without judges. Raises
    NoRatings.
    """
    return _confusion_difference(identified(ratings)[ANSWERED], judged_clips(judgements))


def _confusion_difference(answers: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    judged = judged[(judged["part"] == "judge") & (judged["stage"] == "audio")]
    judged = judged[judged["clip_key"].isin(answers["clip_key"].unique())]
    if judged.empty:
        return pd.DataFrame(columns=["item", "heard", "count", "share_human", "share_classifier", "difference"])
    human = _shares(answers.rename(columns={"response": "heard"}))
    table = human.merge(_shares(judged), on=["item", "heard"], how="outer", suffixes=("_human", "_classifier"))
    table = table.fillna({"count_human": 0, "share_human": 0.0, "share_classifier": 0.0})
    table = table.rename(columns={"count_human": "count"}).astype({"count": int}).drop(columns="count_classifier")
    table["difference"] = table["share_classifier"] - table["share_human"]
    return table.sort_values(["item", "heard"], ignore_index=True)


def _shares(answers: pd.DataFrame) -> pd.DataFrame:
    counts = answers.groupby(["item", "heard"]).size().rename("count").reset_index()
    return counts.assign(share=counts["count"] / counts.groupby("item")["count"].transform("sum"))


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    answers, judged = identified(ratings)[ANSWERED], judged_clips(judgements)
    by_clip = _by_clip(answers, judged, confidence)
    return {
        "overall": _overall(answers, by_clip, confidence),
        "by_system": _by_system(answers, by_clip, confidence),
        "by_clip": by_clip,
        "greatest_disagreements": greatest_disagreements(by_clip),
        "confusion_difference": _confusion_difference(answers, judged),
    }


CLASSIFIER_HUMAN_AGREEMENT = Statistic(
    slug="classifier_human_agreement",
    title="Classifier and human agreement",
    unit="a clip, for kappa and accuracies of classifiers; an answer, for those of listeners",
    tables=_tables,
)
