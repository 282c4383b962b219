"""Errors of a mixed model's means that hold where its variances do not: two-way cluster-robust.

The model knows no listeners who like one system better than others do, and no system whose ratings scatter more. Its
means are weighted sums of ratings nevertheless, so their variance can be had from the ratings' own deviations: with
a_i a rating's weight and e_i its deviation from its system's mean, V_g is the sum over the clusters of g of
(sum of a_i e_i)^2 and the variance is V_listener + V_stimulus - V_(listener, stimulus), each with its small-sample
correction. Nothing is assumed of ratings that share a listener or a stimulus. In a complete study this is the
variance of `comparisons.pair_variances`.

Source: Cameron, Gelbach & Miller 2011, "Robust inference with multiway clustering", JBES 29(2), eq. 2.10-2.11, with the
weights of generalised least squares (Cameron & Miller 2015, "A practitioner's guide to cluster-robust inference", JHR
50(2), section II.D).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.engine.crossed_likelihood import Codes, Floats, Sparse

FLOORED = "two-way variance not positive: the larger one-way variance is used"


@dataclass(frozen=True)
class ClusteredSums:
    """What one way of clustering the ratings says of the means of K systems."""

    covariance: Floats  # of the means, without a small-sample correction [K, K]
    patterns: npt.NDArray[np.bool_]  # which systems a cluster may have ratings of; no two are the same [P, K]
    counts: Floats  # clusters that have ratings of just these systems [P]

    @property
    def of_systems(self) -> Floats:
        """The clusters of each system [K]."""
        return np.asarray(self.counts @ self.patterns)

    @property
    def is_fixed(self) -> bool:
        """Whether each system has one cluster alone, so that nothing can be said of others."""
        return bool((self.of_systems == 1).all())

    def variances(self, weights: Floats) -> Floats:
        """Return the corrected variances of sums of the means, weights [C, K] -> [C]."""
        clusters = self.clusters(weights)
        plain = np.einsum("ck,kl,cl->c", weights, self.covariance, weights)
        return np.asarray(plain * clusters / np.maximum(clusters - 1, 1))

    def clusters(self, weights: Floats) -> Floats:
        """Return the number of clusters of all systems of each sum, weights [C, K] -> [C]."""
        return np.asarray(self.counts @ (self.patterns.astype(np.float64) @ (weights != 0).T > 0))

    def fewest_clusters(self, weights: Floats) -> Floats:
        """Return the clusters of the system that has fewest of each sum, weights [C, K] -> [C]."""
        return np.asarray(np.where(weights != 0, self.of_systems, np.inf).min(axis=1))


@dataclass(frozen=True)
class ClusteredErrors:
    """The ratings' deviations clustered by listener, by stimulus and by both."""

    listeners: ClusteredSums
    stimuli: ClusteredSums
    both: ClusteredSums
    sizes: Floats  # ratings of each system [K]

    def of(self, weights: Floats) -> tuple[Floats, Floats, list[str]]:
        """Return standard errors, degrees of freedom and notes of sums of the means, weights [C, K] -> 3 x [C].

        Degrees of freedom: the smallest of the numbers of listeners and of each system's stimuli, less one; the error
        is NaN where none is left. Where each system has one stimulus (or listener), errors are those of the other way
        of clustering alone: they hold for these stimuli.
        """
        ways = [way for way in (self.listeners, self.stimuli) if not way.is_fixed]
        variances = np.array([way.variances(weights) for way in ways])
        counts = [self.listeners.clusters(weights), self.stimuli.fewest_clusters(weights)]
        if len(ways) < 2:
            counts = [way.clusters(weights) for way in ways]
        freedoms = np.min(counts, axis=0) - 1
        total = variances.sum(axis=0) - (self.both.variances(weights) if len(ways) == 2 else 0)
        is_floored = total <= 0
        known = np.where(is_floored, variances.max(axis=0), total) * self._correction(weights)
        errors = np.sqrt(np.where(freedoms > 0, known, np.nan))
        return errors, freedoms, [FLOORED if floored else "" for floored in is_floored]

    def _correction(self, weights: Floats) -> Floats:
        """Return (n - 1) / (n - k) for the n ratings of the k systems of each contrast [C]."""
        n_ratings, n_systems = (weights != 0) @ self.sizes, (weights != 0).sum(axis=1)
        return np.asarray((n_ratings - 1) / np.maximum(n_ratings - n_systems, 1))


def clustered_errors(influences: Floats, systems: Codes, listeners: Codes, stimuli: Codes) -> ClusteredErrors:
    """Cluster the ratings' influences on the means [N, K], their weights times their deviations, by codes [N]."""
    both = pd.factorize(listeners * (int(stimuli.max()) + 1) + stimuli)[0]
    by_listener, by_stimulus, by_both = (_sums(influences, systems, codes) for codes in (listeners, stimuli, both))
    return ClusteredErrors(
        listeners=by_listener,
        stimuli=by_stimulus,
        both=by_both,
        sizes=np.bincount(systems).astype(np.float64),
    )


def _sums(influences: Floats, systems: Codes, clusters: Codes) -> ClusteredSums:
    members: Sparse = sparse.csr_array((np.ones(len(clusters)), (clusters, np.arange(len(clusters)))))
    sums = np.asarray(members @ influences)
    is_heard = np.zeros((len(sums), influences.shape[1]), dtype=bool)
    is_heard[clusters, systems] = True
    packed, counts = np.unique(np.packbits(is_heard, axis=1), axis=0, return_counts=True)
    patterns = np.unpackbits(packed, axis=1, count=is_heard.shape[1]).astype(bool)
    return ClusteredSums(covariance=sums.T @ sums, patterns=patterns, counts=counts.astype(np.float64))
