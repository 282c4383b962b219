"""Fit score ~ system + (1|listener) + (1|stimulus) by REML, and compare systems by Satterthwaite's t.

Neither listeners nor stimuli need be complete: each listener may hear few of the stimuli, as in crowdsourced studies.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from analysis.engine.crossed_clusters import ClusteredErrors, clustered_errors
from analysis.engine.crossed_likelihood import RestrictedLikelihood
from analysis.engine.crossed_sums import Codes, CrossedSums, Floats, crossed_sums
from analysis.engine.intervals import ROUNDING

# A factor's share of its own and the residual variance; at 1 the residual variance would be zero.
LARGEST_SHARE = 1 - 1e-6
NO_RESIDUAL = "The residual variance is zero: listeners and stimuli explain every rating."
START = 0.25
POLISHING_STEPS = 8
# Of a variance: what is left after such a step of Newton's method is rounding.
SMALLEST_STEP = 1e-11
# Of the deviance, for a change of a variance by its own size: far below anything that shows in a table.
FLAT = 1e-5
# With fewer ratings per stimulus its variance hangs on a handful of stimuli.
ENOUGH_RATINGS = 1.25


class NothingToFit(Exception):
    """The ratings cannot carry a model with listeners and stimuli as samples of more."""


class MixedModelDidNotConverge(Exception):
    """No maximum of the restricted likelihood was found."""


@dataclass(frozen=True)
class CrossedFit:
    """A fitted model. Variances and what belongs to them are in the order listener, stimulus, residual.

    A variance that the ratings cannot tell from another is NaN, and `notes` say from which.
    """

    systems: tuple[str, ...]
    means: Floats  # [K]
    covariance: Floats  # of the means [K, K]
    variances: Floats  # [3]
    variances_covariance: Floats  # [3, 3]; zero where a variance is zero or not estimated
    slopes: Floats  # of the covariance of the means by the variances [3, K, K]
    clustered: ClusteredErrors  # of the means, whatever the variances
    criterion: float
    n: int
    n_listeners: int
    n_stimuli: int
    notes: tuple[str, ...]

    def contrasts(self, weights: Floats) -> tuple[Floats, Floats, Floats]:
        """Return estimates, standard errors and degrees of freedom of sums of the means, weights [C, K] -> 3 x [C].

        They hold if the model does: `clustered` has errors that also hold where listeners like systems differently.
        Degrees of freedom: Satterthwaite's 2 v^2 / (g' A g), with v the contrast's variance, g its derivatives by the
        variances and A their covariance from the observed information (Kuznetsova, Brockhoff & Christensen 2017,
        "lmerTest", JSS 82(13), section 3.2). A variance estimated as zero is taken as known.
        """
        variance = np.einsum("ck,kl,cl->c", weights, self.covariance, weights)
        gradient = np.einsum("ck,vkl,cl->cv", weights, self.slopes, weights)
        spread = np.einsum("cv,vw,cw->c", gradient, self.variances_covariance, gradient)
        return weights @ self.means, np.sqrt(variance), 2 * variance**2 / spread


def fit_crossed(
    scores: Floats, systems: pd.Series, listeners: pd.Series, stimuli: pd.Series, alike: pd.Series | None = None
) -> CrossedFit:
    """Fit the model to scores [N] of systems, listeners and stimuli [N].

    The clustered errors take deviations of the same stimulus for related, or, where given, of stimuli that are `alike`
    [N], such as those of one item. Raises NothingToFit (one listener, one stimulus, no variance within systems),
    MixedModelDidNotConverge.
    """
    codes, names = pd.factorize(systems, sort=True)
    factors = [pd.factorize(levels)[0] for levels in (listeners, stimuli)]
    _check_enough(scores, codes, factors)
    centre = float(scores.mean())
    n_levels = [int(factor.max()) + 1 for factor in factors]
    order = [0, 1] if n_levels[0] <= n_levels[1] else [1, 0]
    reasons = [_aliased(factor, codes, what) for factor, what in zip(factors, ("listener", "stimulus"), strict=True)]
    sums = crossed_sums(scores - centre, codes, factors[order[0]], factors[order[1]])
    estimable = np.array([not reasons[place] for place in order])
    likelihood, information = _maximised(sums, estimable)
    back = [*np.argsort(order), 2]
    covariance, slopes = likelihood.system_covariance()
    variances = np.array([*likelihood.ratios, 1.0])[back] * likelihood.residual_variance
    variances[[*map(bool, reasons), False]] = math.nan
    means = likelihood.coefficients[: len(names)] + centre
    related = factors[1] if alike is None else pd.factorize(alike)[0]
    deviations = scores - means[codes]

    def influences(rows: Codes) -> Floats:
        weights = likelihood.influences(codes[rows], factors[order[0]][rows], factors[order[1]][rows])
        return weights * deviations[rows, None]

    return CrossedFit(
        systems=tuple(str(name) for name in names),
        means=means,
        covariance=covariance,
        variances=variances,
        variances_covariance=information[np.ix_(back, back)],
        slopes=slopes[back],
        clustered=clustered_errors(influences, codes, factors[0], related),
        criterion=likelihood.deviance,
        n=len(scores),
        n_listeners=n_levels[0],
        n_stimuli=n_levels[1],
        notes=tuple(note for note in (*reasons, _hardly_apart(factors[1])) if note),
    )


def _check_enough(scores: Floats, systems: Codes, factors: list[Codes]) -> None:
    for factor, what in zip(factors, ("listener", "stimulus"), strict=True):
        if factor.max() == 0:
            raise NothingToFit(f"one {what}: nothing is known of how others differ")
    means = np.bincount(systems, scores) / np.bincount(systems)
    if ((scores - means[systems]) ** 2).sum() <= ROUNDING * max(float(np.ptp(scores)), 1.0) ** 2 * len(scores):
        raise NothingToFit("all answers to a system are equal: no variance to estimate from")


def _aliased(factor: Codes, systems: Codes, what: str) -> str:
    """Return why the variance of a factor cannot be estimated, or an empty text."""
    n_levels = int(factor.max()) + 1
    if n_levels == len(factor):
        return f"one rating per {what}: {what} and residual variance cannot be told apart and are counted as residual"
    if len(pd.unique(systems * n_levels + factor)) == systems.max() + 1:
        return f"one {what} per system: systems cannot be told from them, and their intervals hold for these alone"
    return ""


def _hardly_apart(stimuli: Codes) -> str:
    each = len(stimuli) / (stimuli.max() + 1)
    if not 1 < each < ENOUGH_RATINGS:
        return ""
    return f"{each:.1f} ratings per stimulus: stimulus and residual variance are hardly told apart"


def _maximised(sums: CrossedSums, estimable: np.ndarray) -> tuple[RestrictedLikelihood, Floats]:
    """Return the likelihood at its maximum, and the covariance [3, 3] of the variances' estimates.

    Newton's method goes there from moment estimates. They lie the nearer to the truth the more ratings there are, and
    so does the maximum that is looked for: few evaluations lead to it and to no other. Where a step leaves the range,
    as it does if a variance is best taken as zero, or the end is no maximum, L-BFGS-B searches the range first.
    """
    try:
        return _polished(sums, _moment_estimates(sums, estimable))
    except (MixedModelDidNotConverge, np.linalg.LinAlgError):
        return _polished(sums, _searched(sums, estimable))


def _likelihood(sums: CrossedSums, ratios: Floats) -> RestrictedLikelihood:
    at = RestrictedLikelihood(sums, (float(ratios[0]), float(ratios[1])))
    if at.residual_squares <= ROUNDING * sums.squares:
        raise MixedModelDidNotConverge(NO_RESIDUAL)
    return at


def _moment_estimates(sums: CrossedSums, estimable: np.ndarray) -> Floats:
    """Return the ratios of the variances that give y'P V P y, with P at the start, the values it is expected to have.

    Source: Rao 1971, "Estimation of variance and covariance components: MINQUE theory", J Multivariate Analysis 1(3).
    """
    shares = np.where(estimable, START, 0.0)
    start = _likelihood(sums, shares / (1 - shares))
    active = np.append(estimable, True)
    variances = np.zeros(3)
    variances[active] = np.linalg.solve(start.trace_products[np.ix_(active, active)], start.squares[active])
    if (variances[active] <= 0).any():
        raise MixedModelDidNotConverge("The moment estimate of a variance is not positive.")
    return np.asarray(variances[:2] / variances[2])


def _searched(sums: CrossedSums, estimable: np.ndarray) -> Floats:
    """Return the ratios at which L-BFGS-B ends that walks over the factors' shares. Raises MixedModelDidNotConverge."""

    def deviance(shares: Floats) -> tuple[float, Floats]:
        at = _likelihood(sums, shares / (1 - shares))
        return at.deviance, at.ratio_gradient() / (1 - shares) ** 2

    found = optimize.minimize(
        deviance,
        np.where(estimable, START, 0.0),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, LARGEST_SHARE if free else 0.0) for free in estimable],
        options={"ftol": 1e-14, "gtol": 1e-8},
    )
    if (found.x >= LARGEST_SHARE).any():
        raise MixedModelDidNotConverge(NO_RESIDUAL)
    return np.asarray(found.x / (1 - found.x))


def _polished(sums: CrossedSums, ratios: Floats) -> tuple[RestrictedLikelihood, Floats]:
    """Go to the maximum by Newton's method, so that the order of the rows shows in no printed digit."""
    active = np.append(ratios > 0, True)
    for _ in range(POLISHING_STEPS):
        likelihood = _likelihood(sums, ratios)
        variances = np.append(ratios, 1.0) * likelihood.residual_variance
        gradient, covariance = likelihood.variance_gradient(), _covariance(likelihood, active)
        step = 0.5 * covariance @ gradient
        stepped = variances - step
        if (stepped[active] <= 0).any() or np.abs(step[active] / variances[active]).max() < SMALLEST_STEP:
            break
        ratios = stepped[:2] / stepped[2]
    if np.abs(gradient[active] * variances[active]).max() > FLAT:
        raise MixedModelDidNotConverge(
            f"The restricted likelihood still rises at the variances {variances.round(6).tolist()} "
            "(the two factors in order of size, residual): leave out listeners or stimuli with single ratings."
        )
    return likelihood, covariance


def _covariance(likelihood: RestrictedLikelihood, active: np.ndarray) -> Floats:
    """Return the covariance [3, 3] of the variances' estimates: twice the inverse Hessian of the deviance."""
    hessian = likelihood.variance_hessian()[np.ix_(active, active)]
    try:
        np.linalg.cholesky(hessian)
    except np.linalg.LinAlgError as error:
        raise MixedModelDidNotConverge("The restricted likelihood has no single maximum in its variances.") from error
    covariance = np.zeros((3, 3))
    covariance[np.ix_(active, active)] = 2 * np.linalg.inv(hessian)
    return covariance
