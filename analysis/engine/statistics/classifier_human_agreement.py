"""Do a classifier and people hear the same word? Clip by clip, before the vocoder and after it."""

import math
from collections.abc import Iterator

import pandas as pd
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa

from analysis.engine.intervals import Interval, two_way_interval, wilson_interval, within_unit
from analysis.engine.judged_answers import JUDGE, JUDGE_IN_PART, identified, judged_answers, judged_clips
from analysis.engine.ratings import NoRatings
from analysis.engine.statistic import Statistic, Tables

CLIPS_LISTED = 10


def agreement_by_clip(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return, for each clip, classifier and stage, what the classifier and the listeners made of the clip.

    `estimate` is the share of listeners who heard the intended word, with Wilson's interval (every listener hears a
    clip once); `probability_of_item` is the classifier's; `difference` is classifier less listeners.
    `majority_heard` is what most listeners heard, empty where two answers tie. Raises NoRatings.
    """
    answers, judged = identified(ratings), judged_clips(judgements)
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
    shares = [wilson_interval(right, n, confidence) for right, n in counts.itertuples(index=False)]
    return pd.DataFrame(
        {
            "estimate": [share.estimate for share in shares],
            "low": [share.low for share in shares],
            "high": [share.high for share in shares],
            "n": counts["n"],
            "n_listeners": by_clip["listener"].nunique(),
            "n_stimuli": 1,
            "majority_heard": _majorities(answers),
            "method": [share.method for share in shares],
        },
        index=counts.index,
    ).reset_index()


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
    return _by_system(judged_answers(ratings, judgements), confidence)


def _by_system(pairs: pd.DataFrame, confidence: float) -> pd.DataFrame:
    rows = []
    for (system, *judge), group in pairs.groupby(["system", *JUDGE_IN_PART], sort=True):
        clips = group.drop_duplicates("clip_key")
        wilson = wilson_interval(int(clips["classifier_is_right"].sum()), len(clips), confidence)
        rows.append(
            {
                "system": system,
                **dict(zip(JUDGE_IN_PART, judge, strict=True)),
                "estimate": wilson.estimate,
                "low": wilson.low,
                "high": wilson.high,
                "mean_probability": clips["probability_of_item"].mean(),
                "human_accuracy": group["human_is_right"].mean(),
                "n": len(group),
                "n_listeners": group["listener"].nunique(),
                "n_stimuli": len(clips),
                "method": wilson.method,
            }
        )
    return pd.DataFrame(rows)


def overall_agreement(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return for each classifier, part and stage: both accuracies and Cohen's kappa, one a row.

    Human accuracy: share of right answers, two-way clustered. Classifier accuracy: share of right clips, Wilson.
    Response kappa: Cohen's kappa between the classifier's word and the word most listeners heard, over clips without
    a tie. It is about words, not about who errs where: that is error consistency. Raises NoRatings.
    """
    return _overall(judged_answers(ratings, judgements), agreement_by_clip(ratings, judgements, confidence), confidence)


def _overall(pairs: pd.DataFrame, by_clip: pd.DataFrame, confidence: float) -> pd.DataFrame:
    rows = []
    for judge, group in pairs.groupby(JUDGE_IN_PART, sort=True):
        names = dict(zip(JUDGE_IN_PART, judge, strict=True))
        clips = by_clip[(by_clip[JUDGE_IN_PART] == list(judge)).all(axis="columns")]
        for measure, n, interval in _measures(group, clips, confidence):
            rows.append(
                {
                    **names,
                    "measure": measure,
                    "estimate": interval.estimate,
                    "low": interval.low,
                    "high": interval.high,
                    "n": n,
                    "n_listeners": group["listener"].nunique(),
                    "n_stimuli": len(clips),
                    "method": interval.method,
                    "note": interval.note,
                }
            )
    return pd.DataFrame(rows)


def _measures(pairs: pd.DataFrame, clips: pd.DataFrame, confidence: float) -> Iterator[tuple[str, int, Interval]]:
    right = pairs["human_is_right"].to_numpy(dtype=float)
    human = within_unit(two_way_interval(right, pairs["listener"], pairs["clip_key"], confidence))
    yield "human accuracy", len(pairs), human
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
    answers, judged = identified(ratings), judged_clips(judgements)
    judged = judged[(judged["part"] == "judge") & (judged["stage"] == "audio")]
    judged = judged[judged["clip_key"].isin(set(answers["clip_key"]))]
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
    pairs, by_clip = judged_answers(ratings, judgements), agreement_by_clip(ratings, judgements, confidence)
    return {
        "overall": _overall(pairs, by_clip, confidence),
        "by_system": _by_system(pairs, confidence),
        "by_clip": by_clip,
        "greatest_disagreements": greatest_disagreements(by_clip),
        "confusion_difference": confusion_difference(ratings, judgements),
    }


CLASSIFIER_HUMAN_AGREEMENT = Statistic(
    slug="classifier_human_agreement",
    title="Classifier and human agreement",
    unit="a clip, for kappa and accuracies of classifiers; an answer, for those of listeners",
    tables=_tables,
)
