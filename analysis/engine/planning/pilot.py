"""The variances that a pilot's ratings show, to plan the study with."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.engine.crossed import MixedModelDidNotConverge, NothingToFit, fit_crossed
from analysis.engine.planning.designs import Variances
from analysis.engine.ratings import NoRatings, counted_ratings

# Methods whose scores a study of differences is planned from, and the one of shares of right words.
SCORED = ("acr", "acr_clarity", "dcr", "mushra")
IDENTIFIED = "class_identification"
# Pairs of a listener and a system in one model; its time grows with their third power.
MOST_PAIRS = 500
WHAT_IT_NEEDS = (
    "A pilot needs several ratings of each stimulus, several of each listener, and several stimuli of each system."
)


class PilotTellsTooLittle(Exception):
    """A pilot's ratings do not tell the variances apart that a plan needs."""


@dataclass(frozen=True)
class Pilot:
    """What a pilot's ratings show; `mean` is that of scores, or the share of right words."""

    variances: Variances
    mean: float
    method: str
    systems: int
    n: int
    n_listeners: int
    n_stimuli: int
    notes: tuple[str, ...] = ()


def pilot_of_scores(ratings: pd.DataFrame) -> Pilot:
    """Return the variances of the scores in a ratings frame; of several methods with scores the first one's.

    Raises NoRatings, RatingsFrameIsWrong, PilotTellsTooLittle.
    """
    for method in SCORED:
        if (ratings["method"] == method).any():
            scored = counted_ratings(ratings, [method])
            return pilot_of(
                scored["score"].to_numpy(), scored["system"], scored["listener"], scored["clip_key"], method
            )
    raise NoRatings(f"There are no ratings of the methods {', '.join(SCORED)} yet: plan with the usual variances.")


def pilot_of_identification(ratings: pd.DataFrame) -> Pilot:
    """Return the variances of right (1) and wrong (0) words in a ratings frame. Raises as `pilot_of_scores`."""
    answers = counted_ratings(ratings, [IDENTIFIED])
    is_right = (answers["response"] == answers["item"]).to_numpy(dtype=np.float64)
    return pilot_of(is_right, answers["system"], answers["listener"], answers["clip_key"], IDENTIFIED)


def pilot_of(
    scores: np.ndarray, systems: pd.Series, listeners: pd.Series, stimuli: pd.Series, method: str = ""
) -> Pilot:
    """Return the variances of scores [N] of systems, listeners and stimuli [N]. Raises PilotTellsTooLittle.

    `fit_crossed` knows no listeners who like one system better than others do, and so finds of that variance
    1/K in the listeners' and (K - 1)/K in the residual one (the expected mean squares of a complete table of K systems;
    Searle, Casella & McCulloch 1992, "Variance components", section 4.3). It is estimated apart and taken out of both.
    """
    cells = pd.DataFrame(
        {
            "score": scores,
            "system": systems.to_numpy(),
            "listener": listeners.to_numpy(),
            "stimulus": stimuli.to_numpy(),
        }
    )
    try:
        fitted = fit_crossed(scores, cells["system"], cells["listener"], cells["stimulus"])
        beside, note = _listener_by_system(cells)
    except (NothingToFit, MixedModelDidNotConverge) as why:
        raise PilotTellsTooLittle(f"The pilot's variances cannot be estimated: {why}. {WHAT_IT_NEEDS}") from why
    if np.isnan(fitted.variances).any():
        told = "; ".join(fitted.notes)
        raise PilotTellsTooLittle(f"The pilot does not tell its variances apart: {told}. {WHAT_IT_NEEDS}")
    listener, stimulus, residual = (float(variance) for variance in fitted.variances)
    share = 1 / len(fitted.systems)
    return Pilot(
        variances=Variances(
            listener=max(0.0, listener - share * beside),
            stimulus=stimulus,
            residual=max(0.0, residual - (1 - share) * beside),
            listener_by_system=beside,
        ),
        mean=float(np.mean(scores)),
        method=method,
        systems=len(fitted.systems),
        n=fitted.n,
        n_listeners=fitted.n_listeners,
        n_stimuli=fitted.n_stimuli,
        notes=tuple(note for note in (*fitted.notes, note) if note),
    )


def _listener_by_system(cells: pd.DataFrame) -> tuple[float, str]:
    """Return how far listeners differ in which system they like, and what there is to say of it.

    In a second model a listener is another one for each of the K systems: its variance between those is larger than
    the first one's between listeners by (K - 1)/K of what is looked for.
    """
    some = _few_enough(cells)
    pairs = pd.Series(pd.factorize(pd.MultiIndex.from_frame(some[["listener", "system"]]))[0], index=some.index)
    n_systems = some["system"].nunique()
    if n_systems < 2 or not some["listener"].nunique() < pairs.nunique() < len(some):
        return 0.0, "no listener rated two systems, each more than once: how far listeners differ in them is not known"
    scores = some["score"].to_numpy()
    between = [fit_crossed(scores, some["system"], who, some["stimulus"]) for who in (some["listener"], pairs)]
    beside = float(between[1].variances[0] - between[0].variances[0]) * n_systems / (n_systems - 1)
    note = "" if len(some) == len(cells) else f"how far listeners differ in the systems: from {n_systems} of these"
    return max(0.0, 0.0 if np.isnan(beside) else beside), note


def _few_enough(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the ratings of so many systems, those with the most first, that the model is fitted in a second."""
    kept = cells["system"].value_counts(sort=True).sort_index().sort_values(ascending=False, kind="stable").index
    n_systems = max(2, MOST_PAIRS // cells["listener"].nunique())
    listeners = np.sort(cells["listener"].unique())[: MOST_PAIRS // 2]
    return cells[cells["system"].isin(kept[:n_systems]) & cells["listener"].isin(listeners)]
