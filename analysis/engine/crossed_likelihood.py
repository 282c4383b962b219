"""The linear mixed model score ~ system + (1|listener) + (1|stimulus), fitted by REML at the size of real studies.

With X [N, K] the systems, Z_g [N, levels] the levels of a factor g, ratios r_g = variance of g / residual variance and
H = I + sum of r_g Z_g Z_g', the restricted likelihood depends on y through P = H^-1 - H^-1 X (X'H^-1 X)^-1 X'H^-1.
The factor with more levels (l) is eliminated by Woodbury's identity, which needs only its counts, then the systems and
then the smaller factor (s). With A the inverse of H without the smaller factor, C C' = X'AX and M = (C C')^-1 X'AZ_s:

    Q = Z_s'A (I - X (X'AX)^-1 X'A) Z_s,  W = (I + r_s Q)^-1,  P = A - A T N' diag(I, r_s W) N T'A,
    T = [X, Z_s],  N = [[C^-1, 0], [-M', I]].

All that is asked for below follows from W and from sums over the levels of the larger factor, by numbers of ratings
(`CrossedSums.weighted_products`), so one evaluation costs milliseconds at 6,000 stimuli. Gradient and Hessian are
exact, which also gives Satterthwaite's degrees of freedom without numerical derivatives.

Sources: Bates, Maechler, Bolker & Walker 2015, "Fitting linear mixed-effects models using lme4", JSS 67(1), sections
3.4-3.6 (the criterion); Searle, Casella & McCulloch 1992, "Variance components", section 6.6 (its derivatives).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg

from analysis.engine.crossed_sums import Codes, CrossedSums, Floats


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
    def _leverages(self) -> Floats:
        """Diagonal of Z_larger'A Z_larger [S]."""
        return self.sums.counts * self._shrunk

    @cached_property
    def _products(self) -> Floats:
        """T'AT [q, q]."""
        return self.sums.among_kept - self.sums.weighted_products(self.ratios[1] * self._shrunk)

    @cached_property
    def _systems_root(self) -> Floats:
        """C [K, K], lower."""
        n_systems = self.sums.n_systems
        return np.asarray(linalg.cholesky(self._products[:n_systems, :n_systems], lower=True))

    @cached_property
    def _regressed(self) -> Floats:
        """M [K, L]: what the systems say of the smaller factor's levels."""
        n_systems = self.sums.n_systems
        return np.asarray(linalg.cho_solve((self._systems_root, True), self._products[:n_systems, n_systems:]))

    def _rotated(self, columns: Floats) -> tuple[Floats, Floats]:
        """Return N times columns [q, ...]: the part of the systems [K, ...] and that of the smaller factor [L, ...]."""
        of_systems, kept = np.split(columns, [self.sums.n_systems])
        return (
            np.asarray(linalg.solve_triangular(self._systems_root, of_systems, lower=True)),
            np.asarray(kept - self._regressed.T @ of_systems),
        )

    def _rotated_on_both_sides(self, products: Floats) -> tuple[Floats, Floats, Floats]:
        """Return N G N' of symmetric products G [q, q]: among systems, kept by systems, among kept."""
        of_systems, kept = self._rotated(products)
        beside, among_kept = self._rotated(kept.T)
        return self._rotated(of_systems.T)[0], beside.T, among_kept.T

    @cached_property
    def _kept_products(self) -> Floats:
        """Q [L, L]."""
        n_systems = self.sums.n_systems
        own = self._products[n_systems:, n_systems:]
        return np.asarray(own - self._products[n_systems:, :n_systems] @ self._regressed)

    @cached_property
    def _inverse(self) -> tuple[Floats, float]:
        """W [L, L], and log |H| + log |X'H^-1 X|."""
        system = self.ratios[0] * self._kept_products
        system[np.diag_indices(len(system))] += 1
        lower = linalg.cholesky(system, lower=True, overwrite_a=True)
        log_determinant = 2 * sum(np.log(np.diag(root)).sum() for root in (lower, self._systems_root))
        inverse = np.tril(linalg.lapack.dpotri(lower, lower=True)[0])
        return inverse + np.tril(inverse, -1).T, float(log_determinant - np.log(self._shrunk).sum())

    @cached_property
    def _scores(self) -> tuple[Floats, Floats]:
        """N T'Ay: of the systems [K] and of the smaller factor [L]."""
        removed = self.sums.across.T @ (self.ratios[1] * self._shrunk * self.sums.larger_scores)
        return self._rotated(self.sums.kept_scores - removed)

    @cached_property
    def coefficients(self) -> Floats:
        """Means of the systems, then the deviations of the smaller factor's levels [q]."""
        of_systems, kept = self._scores
        deviations = self.ratios[0] * (self._inverse[0] @ kept)
        means = linalg.solve_triangular(self._systems_root, of_systems, lower=True, trans="T")
        return np.concatenate([means - self._regressed @ deviations, deviations])

    @cached_property
    def residual_squares(self) -> float:
        """y'Py."""
        of_systems, kept = self._scores
        eliminated = self.sums.squares - self.ratios[1] * float(self._shrunk @ self.sums.larger_scores**2)
        return eliminated - float(of_systems @ of_systems) - self.ratios[0] * float(kept @ self._inverse[0] @ kept)

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
        return self._inverse[1] + self.freedom * (1 + float(np.log(2 * np.pi * self.residual_variance)))

    @cached_property
    def _overlap(self) -> tuple[Floats, Floats, Floats]:
        """N T'A Z_larger Z_larger'A T N': among systems [K, K], kept by systems [L, K], among kept [L, L]."""
        return self._rotated_on_both_sides(self.sums.weighted_products(self._shrunk**2))

    @cached_property
    def traces(self) -> Floats:
        """tr(P V) for the smaller factor, the larger factor and the residual [3], V the part that each gives H."""
        kept = float(np.sum(self._kept_products * self._inverse[0]))
        explained = np.trace(self._overlap[0]) + self.ratios[0] * np.sum(self._inverse[0] * self._overlap[2])
        larger = float(self._leverages.sum() - explained)
        return np.array([kept, larger, self.freedom - self.ratios[0] * kept - self.ratios[1] * larger])

    @cached_property
    def _projected_scores(self) -> tuple[Floats, Floats]:
        """Z_kept'Py [L] and Z_larger'Py [S]."""
        larger = self._shrunk * (self.sums.larger_scores - self.sums.across @ self.coefficients)
        return self._inverse[0] @ self._scores[1], larger

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
        quadratic = self._with_residual(self._score_products(), self.squares)
        return np.asarray(2 * quadratic / variance**3 - self.trace_products / variance**2)

    def _score_products(self) -> Floats:
        """Return y'P V P V P y for both factors [2, 2]."""
        inverse, ratio = self._inverse[0], self.ratios[0]
        kept, larger = self._projected_scores
        of_systems, pulled = self._rotated(self.sums.across.T @ (self._shrunk * larger))
        own = (self._kept_products @ kept) @ (inverse @ kept)
        both = kept @ inverse @ pulled
        removed = of_systems @ of_systems + ratio * (pulled @ inverse @ pulled)
        return np.array([[own, both], [both, larger @ (self._leverages * larger) - removed]])

    @cached_property
    def trace_products(self) -> Floats:
        """tr(P V P V) for both factors and the residual [3, 3]."""
        inverse, ratio = self._inverse[0], self.ratios[0]
        among_systems, beside, among_kept = self._overlap
        kept, shrunk = self._kept_products @ inverse, inverse @ among_kept
        leveraged = self._rotated_on_both_sides(self.sums.weighted_products(self._shrunk**2 * self._leverages))
        larger = self._leverages @ self._leverages
        larger -= 2 * (np.trace(leveraged[0]) + ratio * np.sum(inverse * leveraged[2]))
        larger += np.sum(among_systems**2) + 2 * ratio * np.sum((inverse @ beside) * beside)
        larger += ratio**2 * np.sum(shrunk * shrunk.T)
        both = np.sum(shrunk * inverse)
        return self._with_residual(np.array([[np.sum(kept * kept.T), both], [both, larger]]), self.traces)

    def _with_residual(self, of_factors: Floats, singles: Floats) -> Floats:
        """Extend products of both factors [2, 2] by the residual's [3, 3], from P H P = P."""
        ratios = np.array(self.ratios)
        beside = singles[:2] - of_factors @ ratios
        last = singles[2] - beside @ ratios
        return np.block([[of_factors, beside[:, None]], [beside[None, :], np.array([[last]])]])

    @cached_property
    def _of_systems(self) -> Floats:
        """How the means of the systems follow from T'Ay [q, K]."""
        root = linalg.solve_triangular(self._systems_root, np.eye(self.sums.n_systems), lower=True)
        kept = -self.ratios[0] * self._inverse[0] @ self._regressed.T
        return np.vstack([root.T @ root - self._regressed @ kept, kept])

    @cached_property
    def _of_larger(self) -> Floats:
        """What each rating of a level of the larger factor takes off the ratings' weights [S, K]."""
        return np.asarray((self.ratios[1] * self._shrunk)[:, None] * (self.sums.across @ self._of_systems))

    def influences(self, systems: Codes, smaller: Codes, larger: Codes) -> Floats:
        """Return the weight of each rating, given by its codes [N], in the mean of each system [N, K]."""
        weights = self._of_systems[systems]
        weights += self._of_systems[self.sums.n_systems + smaller]
        weights -= self._of_larger[larger]
        return np.asarray(weights)

    def system_covariance(self) -> tuple[Floats, Floats]:
        """Return the covariance of the systems' means [K, K] and its derivatives by the three variances [3, K, K]."""
        plain = self._of_systems[: self.sums.n_systems]
        pulled = self._inverse[0] @ self._regressed.T
        overlap = self.sums.weighted_products(self._shrunk**2)
        kept, larger = pulled.T @ pulled, self._of_systems.T @ overlap @ self._of_systems
        residual = plain - self.ratios[0] * kept - self.ratios[1] * larger
        return self.residual_variance * plain, np.stack([kept, larger, residual])
