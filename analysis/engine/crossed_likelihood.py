"""The linear mixed model score ~ system + (1|listener) + (1|stimulus), fitted by REML at the size of real studies.

With X [N, K] the systems, Z_g [N, levels] the levels of a factor g, ratios r_g = variance of g / residual variance and
H = I + sum of r_g Z_g Z_g', the restricted likelihood depends on y through P = H^-1 - H^-1 X (X'H^-1 X)^-1 X'H^-1.
The factor with more levels is eliminated by Woodbury's identity, which needs only its counts: what is left is dense in
the systems and the levels of the smaller factor, so one evaluation costs milliseconds at 6,000 stimuli. Gradient and
Hessian are exact, which also gives Satterthwaite's degrees of freedom without numerical derivatives.

Sources: Bates, Maechler, Bolker & Walker 2015, "Fitting linear mixed-effects models using lme4", JSS 67(1), sections
3.4-3.6 (the criterion); Searle, Casella & McCulloch 1992, "Variance components", section 6.6 (its derivatives).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
# scipy's sparse arrays have no common type that its stubs let one multiply.
Sparse = Any


@dataclass(frozen=True)
class CrossedSums:
    """All that the likelihood needs of the ratings: sums over the levels of both factors.

    T = [X, Z_kept] with K systems and L levels of the smaller factor, q = K + L; S levels of the larger factor.
    """

    n: int
    n_systems: int
    among_kept: Floats  # T'T [q, q]
    across: Sparse  # Z_larger' T [S, q]
    counts: Floats  # ratings of each level of the larger factor [S]
    kept_scores: Floats  # T'y [q]
    larger_scores: Floats  # Z_larger'y [S]
    squares: float  # y'y


def crossed_sums(scores: Floats, systems: Codes, smaller: Codes, larger: Codes) -> CrossedSums:
    """Return the sums of scores [N] over systems and two factors, all given as codes from 0 without gaps."""
    rows = np.arange(len(scores))
    n_systems = int(systems.max()) + 1
    columns = np.concatenate([systems, n_systems + smaller])
    width = n_systems + int(smaller.max()) + 1
    kept = sparse.csr_array((np.ones(2 * len(scores)), (np.tile(rows, 2), columns)), shape=(len(scores), width))
    levels = sparse.csr_array((np.ones(len(scores)), (larger, rows)))
    return CrossedSums(
        n=len(scores),
        n_systems=n_systems,
        among_kept=(kept.T @ kept).toarray(),
        across=levels @ kept,
        counts=np.bincount(larger).astype(np.float64),
        kept_scores=np.asarray(kept.T @ scores),
        larger_scores=np.asarray(levels @ scores),
        squares=float(scores @ scores),
    )


@dataclass(frozen=True)
class RestrictedLikelihood:
    """The restricted likelihood at two ratios of variances (smaller factor, larger factor), and its derivatives."""

    sums: CrossedSums
    ratios: tuple[float, float]

    @cached_property
    def _shrunk(self) -> Floats:
        """1 / (1 + ratio n) for each level of the larger factor [S]."""
        return np.asarray(1 / (1 + self.ratios[1] * self.sums.counts))

    @cached_property
    def _products(self) -> Floats:
        """B = T'AT [q, q], with A the inverse of H without the smaller factor."""
        weighted = self.sums.across.multiply((self.ratios[1] * self._shrunk)[:, None])
        return np.asarray(self.sums.among_kept - (self.sums.across.T @ weighted).toarray())

    @cached_property
    def _scores(self) -> Floats:
        """T'Ay [q]."""
        removed = self.sums.across.T @ (self.ratios[1] * self._shrunk * self.sums.larger_scores)
        return np.asarray(self.sums.kept_scores - removed)

    @cached_property
    def _factor(self) -> tuple[Floats, float]:
        """F [q, q], such that P = A - A T F T'A, and log |H| + log |X'H^-1 X|."""
        scale = np.ones(len(self._products))
        scale[self.sums.n_systems :] = np.sqrt(self.ratios[0])
        system = self._products * np.outer(scale, scale)
        system[np.diag_indices(len(scale))] += np.arange(len(scale)) >= self.sums.n_systems
        lower = linalg.cholesky(system, lower=True)
        inverse = linalg.cho_solve((lower, True), np.diag(scale))
        log_determinant = 2 * np.log(np.diag(lower)).sum() - np.log(self._shrunk).sum()
        return scale[:, None] * inverse, float(log_determinant)

    @cached_property
    def coefficients(self) -> Floats:
        """Means of the systems, then the deviations of the smaller factor's levels [q]."""
        return np.asarray(self._factor[0] @ self._scores)

    @cached_property
    def residual_squares(self) -> float:
        """y'Py."""
        eliminated = self.sums.squares - self.ratios[1] * float(self._shrunk @ self.sums.larger_scores**2)
        return eliminated - float(self._scores @ self.coefficients)

    @property
    def freedom(self) -> int:
        """N - K."""
        return self.sums.n - self.sums.n_systems

    @property
    def residual_variance(self) -> float:
        """The residual variance that maximises the likelihood at these ratios."""
        return self.residual_squares / self.freedom

    @property
    def deviance(self) -> float:
        """-2 log restricted likelihood at the best residual variance: lme4's REML criterion."""
        return self._factor[1] + self.freedom * (1 + float(np.log(2 * np.pi * self.residual_variance)))

    @cached_property
    def _kept_rows(self) -> Floats:
        """Z_kept'AT [L, q]."""
        return self._products[self.sums.n_systems :]

    @cached_property
    def _shrunk_across(self) -> Sparse:
        """U = Z_larger'AT [S, q]."""
        return self.sums.across.multiply(self._shrunk[:, None]).tocsr()

    @cached_property
    def _overlap(self) -> Floats:
        """U'U [q, q]."""
        return np.asarray((self._shrunk_across.T @ self._shrunk_across).toarray())

    @cached_property
    def _kept_projection(self) -> Floats:
        """Z_kept'P Z_kept [L, L]."""
        rows = self._kept_rows
        return np.asarray(rows[:, self.sums.n_systems :] - rows @ self._factor[0] @ rows.T)

    @cached_property
    def _leverages(self) -> Floats:
        """Diagonal of Z_larger'A Z_larger [S]."""
        return self.sums.counts * self._shrunk

    @cached_property
    def traces(self) -> Floats:
        """tr(P V) for the smaller factor, the larger factor and the residual [3], V the part that each gives H."""
        kept = float(np.trace(self._kept_projection))
        larger = float(self._leverages.sum() - np.sum(self._factor[0] * self._overlap))
        return np.array([kept, larger, self.freedom - self.ratios[0] * kept - self.ratios[1] * larger])

    @cached_property
    def _projected_scores(self) -> tuple[Floats, Floats]:
        """Z_kept'Py [L] and Z_larger'Py [S]."""
        kept = self._scores[self.sums.n_systems :] - self._kept_rows @ self.coefficients
        larger = self._shrunk * (self.sums.larger_scores - self.sums.across @ self.coefficients)
        return kept, larger

    @cached_property
    def squares(self) -> Floats:
        """y'P V P y for the smaller factor, the larger factor and the residual [3]."""
        kept, larger = (float(part @ part) for part in self._projected_scores)
        return np.array([kept, larger, self.residual_squares - self.ratios[0] * kept - self.ratios[1] * larger])

    def ratio_gradient(self) -> Floats:
        """Return the derivatives of the deviance by the two ratios [2]."""
        return np.asarray(self.traces[:2] - self.squares[:2] / self.residual_variance)

    def variance_gradient(self) -> Floats:
        """Return the derivatives of the deviance by the variances of both factors and of the residual [3]."""
        variance = self.residual_variance
        return np.asarray(self.traces / variance - self.squares / variance**2)

    def variance_hessian(self) -> Floats:
        """Return the second derivatives of the deviance by the three variances [3, 3]."""
        variance = self.residual_variance
        kept, larger = self._projected_scores
        pulled = self._shrunk_across.T @ larger
        of_scores = np.array(
            [
                [kept @ self._kept_projection @ kept, kept @ self._rest @ pulled],
                [
                    kept @ self._rest @ pulled,
                    larger @ (self._leverages * larger) - pulled @ self._factor[0] @ pulled,
                ],
            ]
        )
        traces = self._with_residual(self._trace_products(), self.traces)
        quadratic = self._with_residual(of_scores, self.squares)
        return np.asarray(2 * quadratic / variance**3 - traces / variance**2)

    @cached_property
    def _rest(self) -> Floats:
        """G [L, q], such that Z_kept'P Z_larger = G U'."""
        rest = -self._kept_rows @ self._factor[0]
        rest[:, self.sums.n_systems :] += np.eye(len(rest))
        return rest

    def _trace_products(self) -> Floats:
        """Return tr(P V P V) for both factors [2, 2]."""
        shrunk = self._factor[0] @ self._overlap
        leveraged = self._shrunk_across.T @ self._shrunk_across.multiply(self._leverages[:, None])
        both = float(np.sum((self._rest @ self._overlap) * self._rest))
        larger = self._leverages @ self._leverages - 2 * np.sum(self._factor[0] * leveraged.toarray())
        return np.array([[np.sum(self._kept_projection**2), both], [both, larger + np.sum(shrunk * shrunk.T)]])

    def _with_residual(self, of_factors: Floats, singles: Floats) -> Floats:
        """Extend products of both factors [2, 2] by the residual's [3, 3], from P H P = P."""
        ratios = np.array(self.ratios)
        beside = singles[:2] - of_factors @ ratios
        last = singles[2] - beside @ ratios
        return np.block([[of_factors, beside[:, None]], [beside[None, :], np.array([[last]])]])

    def influences(self, systems: Codes, smaller: Codes, larger: Codes) -> Floats:
        """Return the weight of each rating, given by its codes [N], in the mean of each system [N, K]."""
        of_systems = self._factor[0][:, : self.sums.n_systems]
        shared = (self.ratios[1] * self._shrunk)[:, None] * (self.sums.across @ of_systems)
        weights = np.asarray(of_systems[systems])
        weights += of_systems[self.sums.n_systems + smaller]
        weights -= shared[larger]
        return weights

    def system_covariance(self) -> tuple[Floats, Floats]:
        """Return the covariance of the systems' means [K, K] and its derivatives by the three variances [3, K, K]."""
        of_systems = self._factor[0][:, : self.sums.n_systems]
        plain = of_systems[: self.sums.n_systems]
        pulled = self._kept_rows @ of_systems
        kept, larger = pulled.T @ pulled, of_systems.T @ self._overlap @ of_systems
        residual = plain - self.ratios[0] * kept - self.ratios[1] * larger
        return self.residual_variance * plain, np.stack([kept, larger, residual])
