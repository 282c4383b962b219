"""How listeners went about their sessions, as far as ratings show it: what several exclusions judge by."""

from collections.abc import Hashable

import pandas as pd

from analysis.engine.exclusion import Protocol, counted, declared_check, on_five_points

TRIAL = ["session", "block", "trial_order"]
TOP_OF_SCALE = 5.0


def trials_of(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each trial, practice left out: what all its ratings say alike, and its longest sound."""
    real = ratings[ratings["role"] != "training"]
    longest = real.groupby(TRIAL)["sound_seconds"].transform("max")
    return real.assign(sound_seconds=longest).drop_duplicates(TRIAL)


def missed_golds(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return how many gold stimuli each session with gold stimuli missed, by session.

    The right answer is the one that the rating says was expected. Where it says none, it is the intended word, or on a
    scale what the protocol's check `gold` declares, give or take its tolerance, and without such a check the top of the
    scale, give or take one of five points (Naderi and Cutler 2020).
    """
    golds = ratings[ratings["role"] == "gold"]
    check = declared_check(protocol, "gold")
    points = golds["score"] if check else on_five_points(golds)
    distance = (points - float(check.get("expected", TOP_OF_SCALE))).abs()
    is_missed = distance > float(check.get("tolerance", 1.0))
    is_missed = is_missed.where(golds["score"].notna(), golds["response"] != golds["item"])
    return is_unexpected(golds).where(golds["expected"] != "", is_missed).groupby(golds["session"]).sum()


def is_unexpected(ratings: pd.DataFrame) -> pd.Series:
    """Return of each rating whether it is not the expected one: further off than its tolerance, or another word.

    False where none was expected.
    """
    distance = (ratings["score"] - pd.to_numeric(ratings["expected"], errors="coerce")).abs()
    is_wrong = (distance > ratings["tolerance"].fillna(0.0)).where(
        ratings["score"].notna(), ratings["response"] != ratings["expected"]
    )
    return is_wrong & (ratings["expected"] != "")


def score_variances(ratings: pd.DataFrame, trials_needed: int) -> pd.Series:
    """Return the sample variance of each session's scores, in points² of a five-point scale, methods pooled.

    Sessions with fewer scores than needed have none. Source: the P.808 toolkit, `result_parser.py`.
    """
    scored = counted(ratings)
    return variances(on_five_points(scored), scored["session"], trials_needed)


def variances(points: pd.Series, sessions: pd.Series, needed: int) -> pd.Series:
    """Return the sample variance of the points of each session that has so many of them, two at least."""
    grouped = points.groupby(sessions)
    return grouped.var(ddof=1)[grouped.count() >= max(needed, 2)]


def longest_runs(ratings: pd.DataFrame) -> pd.Series:
    """Return how often each session gave the same answer running; runs end with their block.

    A trial of several sounds goes on with a run if all of them got that answer. Where sounds are set against each
    other they never do, and a rating does not say which sound came first: who always prefers the first is not seen.
    """
    trials = _answers_of_trials(counted(ratings))
    is_new = (trials[["session", "block", "answer"]] != trials[["session", "block", "answer"]].shift()).any(axis=1)
    lengths = trials.groupby([trials["session"], is_new.cumsum()]).size()
    return lengths.groupby(level="session").max()


def _answers_of_trials(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each trial, in order: session, block, trial_order, and by number the answer of all its sounds.

    Where they got several, it is a number below 0 that the trial shares with no other.
    """
    numbered = ratings[TRIAL].assign(answer=pd.factorize(ratings["response"])[0]).sort_values(TRIAL, kind="stable")
    lowest, highest = (numbered.groupby(TRIAL)["answer"].transform(end) for end in ("min", "max"))
    numbered["answer"] = lowest.where(lowest == highest, -1 - numbered["trial_order"])
    return numbered.drop_duplicates(TRIAL).reset_index(drop=True)


def those(values: pd.Series, where: pd.Series, says: str) -> dict[Hashable, str]:
    """Return a reason for each group whose value is so, with the value put in at {:g}."""
    return {name: says.format(value) for name, value in values[where].items()}
