"""How narrow the interval of a mean score, or of a share of right words, becomes: by formula and by playing studies."""

import math

import numpy as np
from scipy import optimize, special, stats

from analysis.engine.planning.designs import MOST, Design, DesignIsImpossible, Variances, fewest_listeners
from analysis.engine.planning.simulation import (
    Floats,
    Simulated,
    batches,
    mean_of,
    share_of,
    simulated_scores,
    two_way_errors,
)

# Of the variance of right and wrong answers, what listeners and stimuli make up where 15 listeners name the category of
# 139 voices (Barreda & Silbert, bmmb; `pilot_of_identification`: .0022 and .0520 of .1902).
LISTENER_SHARE, STIMULUS_SHARE = 0.0116, 0.2736


def variances_of_share(
    share: float, listener_share: float = LISTENER_SHARE, stimulus_share: float = STIMULUS_SHARE
) -> Variances:
    """Return the variances of answers that are right with probability `share`: share (1 - share), in three parts.

    Raises DesignIsImpossible if the share is 0 or 1, or if nothing is left beside listeners and stimuli.
    """
    if not 0 < share < 1:
        raise DesignIsImpossible(f"The share of right words is {share:g}: give one between 0 and 1.")
    rest = 1 - listener_share - stimulus_share
    if min(listener_share, stimulus_share) < 0 or rest <= 0:
        raise DesignIsImpossible("Listeners and stimuli together make up less than the whole variance.")
    total = share * (1 - share)
    return Variances(listener=listener_share * total, stimulus=stimulus_share * total, residual=rest * total)


def error_of_mean(design: Design, variances: Variances) -> float:
    """Return the standard error of one system's mean: unlike in a difference, listeners do not cancel."""
    return math.sqrt(
        (variances.listener + variances.listener_by_system) / design.listeners
        + variances.stimulus / design.stimuli_rated
        + variances.residual / design.ratings
    )


def half_width(design: Design, variances: Variances, confidence: float = 0.95) -> float:
    """Return what a two-way cluster-robust interval of one system's mean reaches to either side of it.

    Student's t with min(listeners, stimuli) - 1 degrees of freedom times `error_of_mean`; infinite with one of either.
    """
    if design.freedom < 1:
        return math.inf
    return _quantile(design, confidence) * error_of_mean(design, variances)


def floor_of_half_width(stimuli: int, variances: Variances, confidence: float = 0.95) -> float:
    """Return the half-width that any number of listeners comes down to with these stimuli of each system."""
    return float(stats.t.ppf((1 + confidence) / 2, stimuli - 1)) * math.sqrt(variances.stimulus / stimuli)


def listeners_for_half_width(
    target: float, stimuli: int, variances: Variances, confidence: float = 0.95, heard: int | None = None
) -> int:
    """Return the fewest listeners whose interval is no wider than the target, by formula. Raises PlanIsOutOfReach."""
    return fewest_listeners(
        lambda listeners: half_width(Design(listeners, stimuli, heard=heard), variances, confidence) <= target,
        f"With {stimuli} stimuli of each system no number of listeners up to {MOST:,} gives intervals of ± {target:g}: "
        "take more stimuli.",
    )


def simulated_half_width(
    design: Design,
    variances: Variances,
    generator: np.random.Generator,
    studies: int = 500,
    confidence: float = 0.95,
    share: float | None = None,
) -> tuple[Simulated, Simulated]:
    """Return the mean half-width of one system's interval in simulated studies, and how often it holds the truth.

    Scores are normal. With a share of right words, answers are right or wrong: one is right where a normal variable
    with effects of listener and stimulus lies under a threshold, with the effects that give the variances asked for.
    A study whose answers are all equal has no interval: it does not cover, and counts with a half-width of 0.
    """
    halves, is_covered = [], []
    played = variances if share is None else _latent_variances(share, variances)
    for some in batches(studies, design.ratings):
        scores = simulated_scores(design, played, generator, some, systems=1)
        if share is not None:
            scores = (scores < special.ndtri(share)).astype(np.float64)
        means, half = half_widths_of(scores, design, confidence)
        halves.append(half)
        is_covered.append((np.abs(means - (share or 0.0)) <= half) & (half > 0))
    return mean_of(np.concatenate(halves)), share_of(np.concatenate(is_covered))


def half_widths_of(scores: Floats, design: Design, confidence: float) -> tuple[Floats, Floats]:
    """Return means and half-widths of two-way cluster-robust intervals [B] of scores [B, 1, ratings]."""
    means = scores.mean(axis=2, keepdims=True)
    errors = two_way_errors((scores - means) / design.ratings, design)
    return means[:, 0, 0], _quantile(design, confidence) * errors


def _quantile(design: Design, confidence: float) -> float:
    return float(stats.t.ppf((1 + confidence) / 2, design.freedom))


def _latent_variances(share: float, variances: Variances) -> Variances:
    """Return the variances, 1 in all, of the normal variable behind right and wrong answers.

    Two answers with correlated variables are both right with probability share - 2 T(z, sqrt((1 - r) / (1 + r))), where
    T is Owen's function and z the normal quantile of the share (Owen 1956, Annals of Mathematical Statistics 27(4));
    r is found so that this is share^2 + the variance asked for.
    """
    threshold = float(special.ndtri(share))

    def correlation(variance: float) -> float:
        if variance == 0:
            return 0.0

        def excess(r: float) -> float:
            both = share - 2 * float(special.owens_t(threshold, math.sqrt((1 - r) / (1 + r))))
            return both - share**2 - variance

        return float(optimize.brentq(excess, 0.0, 1.0))

    listener, stimulus = (correlation(variance) for variance in (variances.listener, variances.stimulus))
    if listener + stimulus > 1:
        raise DesignIsImpossible("No listeners and stimuli differ as much as this in the words they get right.")
    return Variances(listener=listener, stimulus=stimulus, residual=1 - listener - stimulus)
