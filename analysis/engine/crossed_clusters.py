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

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.engine.crossed_sums import Codes, Floats, Sparse

FLOORED = "two-way variance not positive: the larger one-way variance is used"
ROWS_AT_ONCE = 8_192


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


def clustered_errors(
    influences: Callable[[Codes], Floats], systems: Codes, listeners: Codes, stimuli: Codes
) -> ClusteredErrors:
    """Cluster the influences on the means, `influences(rows)` [n, K], by the codes of listeners and stimuli [N].

    An influence is a rating's weight in each mean times its deviation. They are asked for and summed some thousand at a
    time, all of a listener at once, for those of a large study would fill the memory.
    """
    n_systems, n_stimuli = int(systems.max()) + 1, int(stimuli.max()) + 1
    cells = listeners * n_stimuli + stimuli
    among_listeners, among_both = np.zeros((2, n_systems, n_systems))
    of_stimuli = np.zeros((n_stimuli, n_systems))
    for rows in _whole_listeners(cells, listeners):
        found = influences(rows)
        for among, codes in ((among_listeners, listeners), (among_both, cells)):
            sums = _summed(found, codes[rows])[1]
            among += sums.T @ sums
        levels, sums = _summed(found, stimuli[rows])
        of_stimuli[levels] += sums
    return ClusteredErrors(
        listeners=ClusteredSums(among_listeners, *_patterns(systems, listeners)),
        stimuli=ClusteredSums(of_stimuli.T @ of_stimuli, *_patterns(systems, stimuli)),
        both=ClusteredSums(among_both, *_patterns(systems, pd.factorize(cells)[0])),
        sizes=np.bincount(systems).astype(np.float64),
    )


def _whole_listeners(cells: Codes, listeners: Codes) -> Iterator[Codes]:
    """Yield the rows in the order of their cells, some thousand at a time, and all of a listener together."""
    order = np.argsort(cells, kind="stable")
    ends = np.cumsum(np.bincount(listeners))
    cuts = np.unique(ends[np.searchsorted(ends, np.arange(ROWS_AT_ONCE, len(cells), ROWS_AT_ONCE))])
    yield from np.split(order, cuts[cuts < len(cells)])


def _summed(influences: Floats, clusters: Codes) -> tuple[Codes, Floats]:
    """Return the clusters that occur [C], in order, and the sums of their influences [C, K]."""
    levels, places = np.unique(clusters, return_inverse=True)
    members: Sparse = sparse.csr_array((np.ones(len(places)), (places, np.arange(len(places)))))
    return levels, np.asarray(members @ influences)


def _patterns(systems: Codes, clusters: Codes) -> tuple[npt.NDArray[np.bool_], Floats]:
    """Return the sets of systems that clusters have ratings of [P, K], and how many clusters have each [P]."""
    is_heard = np.zeros((int(clusters.max()) + 1, int(systems.max()) + 1), dtype=bool)
    is_heard[clusters, systems] = True
    packed = pd.DataFrame(np.packbits(is_heard, axis=1)).value_counts(sort=False)
    patterns = np.unpackbits(packed.index.to_frame().to_numpy(), axis=1, count=is_heard.shape[1]).astype(bool)
    return patterns, packed.to_numpy().astype(np.float64)
