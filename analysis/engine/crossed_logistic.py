"""Fit correct ~ system + (1|listener) + (1|stimulus) to answers that are right or wrong, and compare systems by odds.

Maximum likelihood with Laplace's approximation (see `crossed_logistic_likelihood`), as lme4's `glmer` computes it.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, special

from analysis.engine.bootstrap import ranked_by_answers
from analysis.engine.crossed import NothingToFit
from analysis.engine.crossed_logistic_likelihood import Answers, Floats, Laplace, ModeWasNotFound

# Standard deviations in log odds: half of all levels beyond 1 in 10^8, were there such.
LARGEST_DEVIATION = 30.0
START = 1.0
# A standard deviation that changes no probability in the fourth digit is none.
SMALLEST_DEVIATION = 1e-3
POLISHING_STEPS = 6
DIFFERENCE = 1e-4
# Of the gradient, after polishing: far below anything that shows in a table.
FLAT = 1e-6
QUADRATURE = 80


class AnswersAreSeparated(Exception):
    """Every answer to a system is right, or every one wrong: its odds have no finite estimate."""


class LogisticModelDidNotConverge(Exception):
    """No maximum of the likelihood was found."""


@dataclass(frozen=True)
class LogisticFit:
    """A fitted model. `deviations` are the standard deviations of listeners and of stimuli, in log odds.

    A deviation is zero where it was estimated as zero or cannot be estimated; `notes` say why it cannot be.
    """

    systems: tuple[str, ...]
    log_odds: Floats  # [K], of a listener and a stimulus that are average
    deviations: Floats  # [2]
    covariance: Floats  # of log odds and deviations [K + 2, K + 2]; zero for a deviation that is zero
    log_likelihood: float
    notes: tuple[str, ...]

    def probabilities(self) -> tuple[Floats, Floats]:
        """Return the share of right answers over all listeners and stimuli, and its standard error in log odds [K].

        The share is the mean of expit(log odds + t z) over a standard normal z, with t^2 the sum of both variances,
        by Gauss-Hermite quadrature; the error follows by the delta method, deviations taken as estimates too.
        """
        nodes, weights = np.polynomial.hermite_e.hermegauss(QUADRATURE)
        weights = weights / weights.sum()
        spread = float(np.hypot(*self.deviations))
        each = special.expit(self.log_odds[:, None] + spread * nodes)
        share, slope = each @ weights, each * (1 - each)
        gradient = np.zeros((len(share), len(share) + 2))
        gradient[:, : len(share)] = np.diag(slope @ weights)
        if spread > 0:
            gradient[:, len(share) :] = np.outer((slope * nodes) @ weights, self.deviations / spread)
        gradient /= (share * (1 - share))[:, None]
        return share, np.sqrt(np.einsum("cp,pq,cq->c", gradient, self.covariance, gradient))

    def log_odds_ratio(self, first: int, second: int) -> tuple[float, float]:
        """Return how far apart two systems' log odds are, by their places, and the standard error."""
        weights = np.zeros(len(self.covariance))
        weights[first], weights[second] = 1.0, -1.0
        difference = float(self.log_odds[first] - self.log_odds[second])
        return difference, float(np.sqrt(weights @ self.covariance @ weights))


def fit_crossed_logistic(
    right: npt.NDArray[np.bool_], systems: pd.Series, listeners: pd.Series, stimuli: pd.Series
) -> LogisticFit:
    """Fit the model to answers [N] of listeners to stimuli of systems.

    Raises NothingToFit (one listener or one stimulus), AnswersAreSeparated, LogisticModelDidNotConverge.
    """
    _check_enough(right, systems, listeners, stimuli)
    codes, names = pd.factorize(systems, sort=True)
    factors = (
        ranked_by_answers(right.astype(np.float64), listeners, stimuli)[0],
        pd.factorize(stimuli, sort=True)[0],
    )
    reasons = [
        _not_estimable(factor, codes, what) for factor, what in zip(factors, ("listener", "stimulus"), strict=True)
    ]
    # The smaller factor is kept; rows in one order, so that theirs shows in no digit.
    order = [0, 1] if factors[0].max() <= factors[1].max() else [1, 0]
    rows = np.lexsort((factors[0], factors[1], codes))
    answers = Answers(right[rows].astype(np.float64), codes[rows], factors[order[0]][rows], factors[order[1]][rows])
    estimable = np.array([not reasons[place] for place in order])
    try:
        place, covariance, value = _Search(answers).maximum(estimable)
    except ModeWasNotFound as why:
        raise LogisticModelDidNotConverge(str(why)) from why
    back = [*range(len(names)), *(len(names) + np.argsort(order))]
    return LogisticFit(
        systems=tuple(str(name) for name in names),
        log_odds=place[: len(names)],
        deviations=place[back[len(names) :]],
        covariance=covariance[np.ix_(back, back)],
        log_likelihood=-value,
        notes=tuple(reason for reason in reasons if reason),
    )


def separated_systems(right: npt.NDArray[np.bool_], systems: pd.Series) -> list[str]:
    """Return the systems whose answers are all right, or all wrong, sorted."""
    shares = pd.Series(right).groupby(systems.to_numpy()).mean()
    return sorted(str(name) for name in shares.index[shares.isin([0.0, 1.0])])


def _check_enough(right: npt.NDArray[np.bool_], systems: pd.Series, listeners: pd.Series, stimuli: pd.Series) -> None:
    for factor, what in ((listeners, "listener"), (stimuli, "stimulus")):
        if factor.nunique() < 2:
            raise NothingToFit(f"one {what}: nothing is known of how others differ")
    separated = separated_systems(right, systems)
    if separated:
        raise AnswersAreSeparated(
            f"all answers to {', '.join(separated)} are right, or all are wrong: odds have no finite estimate; leave "
            "the system out, or collect more answers"
        )


def _not_estimable(factor: npt.NDArray[np.intp], systems: npt.NDArray[np.intp], what: str) -> str:
    """Return why the deviation of a factor cannot be estimated, or an empty text."""
    if len(np.unique(factor)) == len(factor):
        return f"one answer per {what}: how {what} differs from {what} cannot be told, and is left out of the model"
    if len(np.unique(np.column_stack([factor, systems]), axis=0)) == systems.max() + 1:
        return f"one {what} per system: systems cannot be told from them, and their intervals hold for these alone"
    return ""


class _Search:
    """The way to the maximum over log odds and deviations [K + 2]; each mode starts from the last one found."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        _, n_kept, n_larger = answers.sizes
        self.mode = (np.zeros(n_kept), np.zeros(n_larger))

    @cached_property
    def n_systems(self) -> int:
        return self.answers.sizes[0]

    def at(self, place: Floats) -> Laplace:
        """Return the likelihood at a place."""
        found = Laplace(self.answers, place[:-2], (float(place[-2]), float(place[-1])), self.mode)
        self.mode = found.mode
        return found

    def maximum(self, estimable: npt.NDArray[np.bool_]) -> tuple[Floats, Floats, float]:
        """Return the maximum's place [K + 2], the covariance of the estimates, and minus the log likelihood."""
        place = self._climbed(np.where(estimable, START, 0.0), estimable)
        free = place[-2:] >= SMALLEST_DEVIATION
        if (free != estimable).any():
            place = self._climbed(np.where(free, place[-2:], 0.0), free)
        if (place[-2:] > 0.99 * LARGEST_DEVIATION).any():
            raise LogisticModelDidNotConverge(
                "listeners or stimuli differ without bound: nearly each is answered all right or all wrong"
            )
        return self._polished(place, np.append(np.ones(self.n_systems, dtype=bool), free))

    def _climbed(self, deviations: Floats, free: npt.NDArray[np.bool_]) -> Floats:
        shares = np.bincount(self.answers.systems, self.answers.right) / np.bincount(self.answers.systems)

        def value(place: Floats) -> tuple[float, Floats]:
            found = self.at(place)
            return found.value, found.gradient()

        found = optimize.minimize(
            value,
            np.append(special.logit(shares), deviations),
            jac=True,
            method="L-BFGS-B",
            bounds=[(None, None)] * self.n_systems + [(0.0, LARGEST_DEVIATION if each else 0.0) for each in free],
            options={"ftol": 1e-13, "gtol": 1e-6, "maxiter": 1000, "maxfun": 2000},
        )
        return np.asarray(found.x)

    def _polished(self, place: Floats, free: npt.NDArray[np.bool_]) -> tuple[Floats, Floats, float]:
        """Go on to the maximum by Newton's method; the covariance is the inverse of the Hessian there."""
        # So near the maximum one Hessian serves all steps.
        covariance = self._covariance(place, free)
        for _ in range(POLISHING_STEPS):
            place = place - covariance @ self.at(place).gradient()
        if np.abs(self.at(place).gradient()[free]).max() > FLAT:
            raise LogisticModelDidNotConverge("the likelihood still rises where the search for its maximum ended")
        return place, covariance, self.at(place).value

    def _covariance(self, place: Floats, free: npt.NDArray[np.bool_]) -> Floats:
        """Return the inverse of the Hessian, from differences of the exact gradient; zero for what is not free."""
        steps = DIFFERENCE * np.eye(len(place))[free]
        rows = [self.at(place + step).gradient() - self.at(place - step).gradient() for step in steps]
        hessian = np.array(rows)[:, free] / (2 * DIFFERENCE)
        hessian = (hessian + hessian.T) / 2
        try:
            np.linalg.cholesky(hessian)
        except np.linalg.LinAlgError as error:
            raise LogisticModelDidNotConverge("the likelihood has no single maximum") from error
        covariance = np.zeros((len(place), len(place)))
        covariance[np.ix_(free, free)] = np.linalg.inv(hessian)
        return covariance
