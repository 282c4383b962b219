"""The mixed logistic model correct ~ system + (1|listener) + (1|stimulus): its likelihood by Laplace's approximation.

With u the deviations of both factors' levels in units of their standard deviations s, A = [s_1 Z_1, s_2 Z_2],
eta = X beta + A u and W the diagonal of mu (1 - mu), the joint deviance is f = -log p(y | eta) + u'u / 2. At its mode
in u, with H = A'WA + I, minus the log likelihood is f + log |H| / 2 (lme4's `glmer` with nAGQ = 1). H is diagonal
within each factor, so the factor with more levels is eliminated, and a dense system in the levels of the smaller one
is left.

The gradient is exact: by the mode's own change du = -H^-1 d(A'(mu - y) + u), and, with c_i = a_i'H^-1 a_i and t_i =
c_i w_i' / 2 for the derivative w' of the weights, d log |H| / 2 = sum of W_i a_i'H^-1 da_i + t_i d eta_i.

Source: Bates, Maechler, Bolker & Walker 2015, "Fitting linear mixed-effects models using lme4", JSS 67(1); the
approximation is Breslow & Clayton 1993, "Approximate inference in generalized linear mixed models", JASA 88, eq. 4.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse, special

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

MODE_STEPS = 100
HALVINGS = 30
# A Newton step this small has nothing left to gain in double precision.
STILL = 1e-11


class ModeWasNotFound(Exception):
    """Newton's method did not reach the most probable deviations of listeners and stimuli."""


@dataclass(frozen=True)
class Answers:
    """Answers that are right (1) or wrong (0) [N], with codes from 0 without gaps [N]; `kept` has the fewer levels."""

    right: Floats
    systems: Codes
    kept: Codes
    larger: Codes

    @cached_property
    def sizes(self) -> tuple[int, int, int]:
        """How many systems and levels of both factors there are: K, L, S."""
        return int(self.systems.max()) + 1, int(self.kept.max()) + 1, int(self.larger.max()) + 1

    def over(self, values: Floats) -> tuple[Floats, Floats]:
        """Return values [N] summed over the levels of both factors: [L] and [S]."""
        _, n_kept, n_larger = self.sizes
        kept, larger = np.bincount(self.kept, values, n_kept), np.bincount(self.larger, values, n_larger)
        return kept.astype(np.float64), larger.astype(np.float64)


@dataclass(frozen=True)
class Curvature:
    """H at some weights W [N]: what solves with it, its log determinant, and the parts of its inverse that show."""

    answers: Answers
    weights: Floats
    deviations: tuple[float, float]

    @cached_property
    def _diagonals(self) -> tuple[Floats, Floats]:
        kept, larger = self.answers.over(self.weights)
        return 1 + self.deviations[0] ** 2 * kept, 1 + self.deviations[1] ** 2 * larger

    @cached_property
    def _across(self) -> Any:
        """The block of H between both factors [L, S]."""
        values = self.weights * (self.deviations[0] * self.deviations[1])
        return sparse.coo_array(
            (values, (self.answers.kept, self.answers.larger)), shape=self.answers.sizes[1:]
        ).tocsr()

    @cached_property
    def _factor(self) -> Floats:
        """Lower Cholesky factor of what is left of the smaller factor's block [L, L]."""
        kept, larger = self._diagonals
        removed = (self._across.multiply(1 / larger[None, :]).tocsr() @ self._across.T).toarray()
        return np.asarray(linalg.cholesky(np.diag(kept) - removed, lower=True))

    @cached_property
    def log_determinant(self) -> float:
        return float(2 * np.log(np.diag(self._factor)).sum() + np.log(self._diagonals[1]).sum())

    def solve(self, kept: Floats, larger: Floats) -> tuple[Floats, Floats]:
        """Return H^-1 times a vector, given and returned in its two parts [L] and [S]."""
        shrunk = larger / self._diagonals[1]
        first = linalg.cho_solve((self._factor, True), kept - self._across @ shrunk)
        return first, shrunk - (self._across.T @ first) / self._diagonals[1]

    @cached_property
    def leverages(self) -> tuple[Floats, Floats]:
        """a_i'H^-1 z_i for each factor's own indicator z_i [N] and [N]."""
        inverse = linalg.cho_solve((self._factor, True), np.eye(len(self._factor)))
        pulled = (self._across.T @ inverse).T / self._diagonals[1]  # minus the block between both factors [L, S]
        larger = 1 / self._diagonals[1] + np.asarray(self._across.multiply(pulled).sum(axis=0)) / self._diagonals[1]
        rows, columns = self.answers.kept, self.answers.larger
        first, second = self.deviations
        across = -pulled[rows, columns]
        return first * np.diag(inverse)[rows] + second * across, first * across + second * larger[columns]


@dataclass(frozen=True)
class Laplace:
    """Minus the log likelihood at log odds of the systems [K] and two standard deviations; `start` is of its mode."""

    answers: Answers
    log_odds: Floats
    deviations: tuple[float, float]
    start: tuple[Floats, Floats]

    def _linear(self, kept: Floats, larger: Floats) -> Floats:
        """Return X beta + A u [N]."""
        return self.log_odds[self.answers.systems] + self._effects(kept, larger)

    def _effects(self, kept: Floats, larger: Floats) -> Floats:
        """Return A u [N]."""
        at_kept, at_larger = kept[self.answers.kept], larger[self.answers.larger]
        return np.asarray(self.deviations[0] * at_kept + self.deviations[1] * at_larger)

    def _joint(self, kept: Floats, larger: Floats) -> float:
        """Return f."""
        linear = self._linear(kept, larger)
        fit = np.logaddexp(0, linear).sum() - self.answers.right @ linear
        return float(fit + (kept @ kept + larger @ larger) / 2)

    @cached_property
    def mode(self) -> tuple[Floats, Floats]:
        """The most probable deviations of both factors' levels [L] and [S]. Raises ModeWasNotFound."""
        place, value = self.start, self._joint(*self.start)
        for _ in range(MODE_STEPS):
            step = self._newton(*place)
            place, value, share = self._descended(place, value, step)
            if share * max(np.abs(part).max() for part in step) < STILL:
                return place
        raise ModeWasNotFound(f"The deviations still moved after {MODE_STEPS} steps at {self.deviations}.")

    def _newton(self, kept: Floats, larger: Floats) -> tuple[Floats, Floats]:
        right = special.expit(self._linear(kept, larger))
        pulls = self.answers.over(self.answers.right - right)
        curvature = Curvature(self.answers, right * (1 - right), self.deviations)
        return curvature.solve(self.deviations[0] * pulls[0] - kept, self.deviations[1] * pulls[1] - larger)

    def _descended(
        self, place: tuple[Floats, Floats], value: float, step: tuple[Floats, Floats]
    ) -> tuple[tuple[Floats, Floats], float, float]:
        """Return place, value and share of the step after as much of it as does not climb."""
        share = 1.0
        for _ in range(HALVINGS):
            tried = (place[0] + share * step[0], place[1] + share * step[1])
            reached = self._joint(*tried)
            # Near the mode both differ by rounding alone.
            if reached <= value + 1e-12 * abs(value):
                return tried, reached, share
            share /= 2
        return place, value, 0.0

    @cached_property
    def _right(self) -> Floats:
        """mu at the mode [N]."""
        return np.asarray(special.expit(self._linear(*self.mode)))

    @cached_property
    def _curvature(self) -> Curvature:
        return Curvature(self.answers, self._right * (1 - self._right), self.deviations)

    @property
    def value(self) -> float:
        """Minus the log likelihood."""
        return self._joint(*self.mode) + self._curvature.log_determinant / 2

    def gradient(self) -> Floats:
        """Return the derivatives of `value` by the log odds and both standard deviations [K + 2]."""
        weights, left = self._curvature.weights, self.answers.right - self._right
        leverages = self._curvature.leverages
        total = self.deviations[0] * leverages[0] + self.deviations[1] * leverages[1]
        turn = total * weights * (1 - 2 * self._right) / 2
        sums = self.answers.over(turn)
        pulled = self._curvature.solve(self.deviations[0] * sums[0], self.deviations[1] * sums[1])
        moved = turn - weights * self._effects(*pulled)
        of_systems = np.bincount(self.answers.systems, moved - left)
        codes = (self.answers.kept, self.answers.larger)
        of_deviations = [
            (moved - left) @ self.mode[place][code] + weights @ leverages[place] + left @ pulled[place][code]
            for place, code in enumerate(codes)
        ]
        return np.concatenate([of_systems, of_deviations])
