"""The proportional-odds model of ordered answers: logit P(answer <= j) = threshold_j - effect of the system.

Ratings of a system with the same answer are alike to the likelihood, so it is fitted to counts: systems x answers,
however many ratings there are. The likelihood is concave (Pratt 1981, JASA 76(373)), so Newton's method finds its one
maximum. Errors are two-way cluster-robust, from each rating's derivatives of the likelihood.

Source: McCullagh 1980, "Regression models for ordinal data", JRSS B 42(2); Cameron, Gelbach & Miller 2011, "Robust
inference with multiway clustering", JBES 29(2), section 2.4.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.special import expit, logit

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

STEPS = 100
# Of the log likelihood: what a further step would gain at most.
FLAT = 1e-20
# Of the log likelihood: what a step may lose by rounding.
ROUNDING = 1e-12
# Of the information of a rating: below it the likelihood rises for ever.
NO_INFORMATION = 1e-8


class OrdinalModelDidNotConverge(Exception):
    """The likelihood of the proportional-odds model has no maximum."""


@dataclass(frozen=True)
class OddsFit:
    """A fitted model of K systems and J answers; the first system's effect is zero.

    Parameters are the thresholds [J - 1], then the effects of the other systems [K - 1]: P in all.
    """

    thresholds: Floats
    effects: Floats
    log_likelihood: float
    information: Floats  # [P, P]
    slopes: Floats  # derivatives of a rating's log likelihood, by system and answer [K, J, P]

    def clustered_covariance(self, systems: Codes, answers: Codes, listeners: Codes, stimuli: Codes) -> Floats:
        """Return the two-way cluster-robust covariance of the parameters [P, P], from codes [N]; it can be negative."""
        both = pd.factorize(listeners * (int(stimuli.max()) + 1) + stimuli)[0]
        cells = systems * self.slopes.shape[1] + answers
        scattered = [self._scattered(cells, clusters) for clusters in (listeners, stimuli, both)]
        bread = np.linalg.inv(self.information)
        return np.asarray(bread @ (scattered[0] + scattered[1] - scattered[2]) @ bread)

    def _scattered(self, cells: Codes, clusters: Codes) -> Floats:
        """Return the corrected sum over clusters of the squares of summed derivatives [P, P]."""
        slopes = self.slopes.reshape(-1, self.slopes.shape[2])
        shape = (int(clusters.max()) + 1, len(slopes))
        counts: Any = sparse.csr_array((np.ones(len(cells)), (clusters, cells)), shape=shape)
        correction = shape[0] / (shape[0] - 1) * (len(cells) - 1) / (len(cells) - slopes.shape[1])
        return np.asarray(slopes.T @ ((counts.T @ counts) @ slopes) * correction)


def with_finite_odds(counts: Floats) -> npt.NDArray[np.bool_]:
    """Return which systems [K] have finite odds against each other, from counts of answers [K, J]: the largest group.

    A system with answers on both sides of a threshold ties its effect to it; systems tied to no common thresholds, even
    through others, have answers that lie beyond each other's. All answers at one end of the scale tie to none.
    """
    if counts.shape[1] < 2:
        return np.zeros(len(counts), dtype=bool)
    thresholds = np.arange(counts.shape[1] - 1)
    first = (counts > 0).argmax(axis=1)
    last = counts.shape[1] - 1 - (counts[:, ::-1] > 0).argmax(axis=1)
    is_tied = (first[:, None] <= thresholds) & (thresholds < last[:, None])
    groups = connected_components(is_tied.T @ is_tied, directed=False)[1]
    # A system whose answers are all the same lies between two thresholds.
    below, above = np.maximum(first - 1, 0), np.minimum(last, len(thresholds) - 1)
    is_inside = (first < last) | ((first > 0) & (last < len(thresholds)) & (groups[below] == groups[above]))
    of_systems = np.where(is_inside, groups[np.minimum(first, len(thresholds) - 1)], -1)
    largest = np.bincount(of_systems[is_inside], minlength=1).argmax() if is_inside.any() else 0
    return np.asarray(of_systems == largest)


def fit_proportional_odds(counts: Floats) -> OddsFit:
    """Fit the model to counts of answers [K, J], every answer given, of systems `with_finite_odds`.

    Raises OrdinalModelDidNotConverge.
    """
    shares = counts.sum(axis=0).cumsum()[:-1] / counts.sum()
    at = np.concatenate([logit(shares), np.zeros(len(counts) - 1)])
    value, gradient, information, slopes = _likelihood(counts, at)
    for _ in range(STEPS):
        _check_information(information, float(counts.sum()))
        step = np.linalg.solve(information, gradient)
        if gradient @ step < FLAT * abs(value):
            n_thresholds = counts.shape[1] - 1
            return OddsFit(at[:n_thresholds], at[n_thresholds:], value, information, slopes)
        following = _likelihood(counts, at + step)
        while following[0] < value - ROUNDING * abs(value):
            step = step / 2
            following = _likelihood(counts, at + step)
        at = at + step
        value, gradient, information, slopes = following
    raise OrdinalModelDidNotConverge(f"The proportional-odds model found no maximum in {STEPS} steps.")


def _check_information(information: Floats, n_ratings: float) -> None:
    if np.linalg.eigvalsh(information)[0] < NO_INFORMATION * n_ratings / len(information):
        raise OrdinalModelDidNotConverge(
            "Some systems' answers do not overlap with any other's, so that their odds are infinite: leave them out."
        )


def _likelihood(counts: Floats, at: Floats) -> tuple[float, Floats, Floats, Floats]:
    """Return the log likelihood, its gradient [P], minus its Hessian [P, P] and a rating's derivatives [K, J, P].

    Thresholds out of order give minus infinity.
    """
    upper, lower = _designs(*counts.shape)
    ends = [_logistic(design @ at) for design in (upper, lower)]
    # No answer is below the first or above the last.
    ends[0][0][:, -1], ends[1][0][:, 0] = 1.0, 0.0
    ends[0][1][:, -1], ends[1][1][:, 0] = 0.0, 0.0
    (above, density_above), (below, density_below) = ends
    probabilities = above - below
    if not (probabilities > 0).all():
        return -np.inf, np.zeros(len(at)), np.zeros((len(at), len(at))), np.zeros((*counts.shape, len(at)))
    rise, fall = density_above / probabilities, density_below / probabilities
    slopes = rise[..., None] * upper - fall[..., None] * lower
    curved = counts * rise * (1 - 2 * above), counts * fall * (1 - 2 * below)
    hessian = np.einsum("kj,kjp,kjq->pq", curved[0], upper, upper, optimize=True)
    hessian -= np.einsum("kj,kjp,kjq->pq", curved[1], lower, lower, optimize=True)
    hessian -= np.einsum("kj,kjp,kjq->pq", counts, slopes, slopes, optimize=True)
    value = float((counts * np.log(probabilities)).sum())
    return value, np.einsum("kj,kjp->p", counts, slopes), -hessian, slopes


def _logistic(places: Floats) -> tuple[Floats, Floats]:
    below = expit(places)
    return below, below * expit(-places)


def _designs(n_systems: int, n_answers: int) -> tuple[Floats, Floats]:
    """Return what makes the upper and the lower end of each answer's interval of the parameters, 2 x [K, J, P]."""
    upper = np.zeros((n_systems, n_answers, n_answers - 1 + n_systems - 1))
    lower = np.zeros_like(upper)
    inner = np.arange(n_answers - 1)
    upper[:, inner, inner] = 1
    lower[:, inner + 1, inner] = 1
    others = np.arange(1, n_systems)
    for design in (upper, lower):
        design[others, :, n_answers - 2 + others] = -1
    return upper, lower
