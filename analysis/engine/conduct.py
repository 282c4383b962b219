"""How listeners went about their sessions, as far as ratings show it: what several exclusions judge by."""

from collections.abc import Hashable

import pandas as pd

from analysis.engine.exclusion import Protocol, counted, declared_check, on_five_points

TOP_OF_SCALE = 5.0


def missed_golds(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return how many gold stimuli each session with gold stimuli missed, by session.

    On a scale the right answer is the one that the protocol's check `gold` declares, give or take its tolerance; of a
    study that declares none it is the top of the scale, give or take one of five points (Naderi and Cutler 2020). Of
    words it is the intended one.
    """
    golds = ratings[ratings["role"] == "gold"]
    check = declared_check(protocol, "gold")
    points = golds["score"] if check else on_five_points(golds)
    distance = (points - float(check.get("expected", TOP_OF_SCALE))).abs()
    is_missed = distance > float(check.get("tolerance", 1.0))
    is_word = golds["score"].isna()
    return is_missed.where(~is_word, golds["response"] != golds["item"]).groupby(golds["session"]).sum()


def score_variances(ratings: pd.DataFrame, trials_needed: int) -> pd.Series:
    """Return the sample variance of each session's scores, in points² of a five-point scale, methods pooled.

    Sessions with fewer scores than needed have none. Source: the P.808 toolkit, `result_parser.py`.
    """
    scored = counted(ratings)
    points = on_five_points(scored).groupby(scored["session"])
    return points.var(ddof=1)[points.count() >= max(trials_needed, 2)]


def longest_runs(ratings: pd.DataFrame) -> pd.Series:
    """Return how often each session gave the same answers running; runs end with their block."""
    trials = _answers_of_trials(counted(ratings))
    is_new = (trials[["session", "block", "answers"]] != trials[["session", "block", "answers"]].shift()).any(axis=1)
    lengths = trials.groupby([trials["session"], is_new.cumsum()]).size()
    return lengths.groupby(level="session").max()


def _answers_of_trials(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each trial, in order: session, block, trial_order, and all its responses as one text."""
    trial = ["session", "block", "trial_order"]
    ordered = ratings.sort_values([*trial, "response"])[[*trial, "response"]].rename(columns={"response": "answers"})
    is_one_of_several = ordered.duplicated(trial, keep=False)
    # Joining texts group by group is slow, and most trials have one answer.
    several = ordered[is_one_of_several].groupby(trial)["answers"].agg("\0".join).reset_index()
    return pd.concat([ordered[~is_one_of_several], several]).sort_values(trial, ignore_index=True)


def those(values: pd.Series, where: pd.Series, says: str) -> dict[Hashable, str]:
    """Return a reason for each group whose value is so, with the value put in at {:g}."""
    return {name: says.format(value) for name, value in values[where].items()}
