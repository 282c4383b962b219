"""A permutation test of two systems that respects listeners and stimuli."""

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Labels = npt.NDArray[np.bool_]

PERMUTATIONS = 999
# Permutations that give the same statistic may differ by rounding.
TIE = 1e-9


def permutation_p(
    scores: Floats,
    is_first: Labels,
    listeners: Codes,
    stimuli: Codes,
    generator: np.random.Generator,
    permutations: int = PERMUTATIONS,
) -> float:
    """Return the two-sided p of no difference between two systems, from the ratings [N] of both; NaN without variance.

    Ratings are never exchanged one by one. Once the labels of whole stimuli are permuted, once each listener's answers
    to both systems are swapped as a whole; the larger p counts. Where a stimulus is an item that both systems said, its
    labels are swapped too. Each way alone would be anticonservative against the other's variance, so the statistic is
    the difference over its two-way cluster-robust error, which follows nearly the same law whatever the variances
    (Janssen 1997, Statistics & Probability Letters 36; Chung & Romano 2013, Annals of Statistics 41(2)).
    """
    observed = _studentised(scores, is_first[None, :], listeners, stimuli)[0]
    if np.isnan(observed):
        return float("nan")
    relabelled = (
        _relabelled_stimuli(is_first, stimuli, generator, permutations),
        _swapped(is_first, listeners, generator, permutations),
    )
    return max(_p(observed, _studentised(scores, labels, listeners, stimuli)) for labels in relabelled)


def _p(observed: float, permuted: Floats) -> float:
    as_far = np.nansum(permuted >= observed * (1 - TIE))
    return float((1 + as_far) / (1 + len(permuted)))


def _relabelled_stimuli(is_first: Labels, stimuli: Codes, generator: np.random.Generator, permutations: int) -> Labels:
    """Return labels [B, N] with those of whole stimuli permuted, or swapped where a stimulus has both."""
    shares = np.bincount(stimuli, is_first) / np.bincount(stimuli)
    if ((shares > 0) & (shares < 1)).any():
        return _swapped(is_first, stimuli, generator, permutations)
    return generator.permuted(np.tile(shares == 1, (permutations, 1)), axis=1)[:, stimuli]


def _swapped(is_first: Labels, clusters: Codes, generator: np.random.Generator, permutations: int) -> Labels:
    """Return labels [B, N] that are swapped for all ratings of a cluster, or for none."""
    flips = generator.random((permutations, int(clusters.max()) + 1)) < 0.5
    return is_first ^ flips[:, clusters]


def _studentised(scores: Floats, labels: Labels, listeners: Codes, stimuli: Codes) -> Floats:
    """Return |difference of means| over its two-way cluster-robust error for each labelling [B, N]; NaN without one."""
    n_first, n_second = ((side.sum(axis=1, keepdims=True)) for side in (labels, ~labels))
    is_empty = (n_first == 0) | (n_second == 0)
    n_first, n_second = np.maximum(n_first, 1), np.maximum(n_second, 1)
    first, second = (labels @ scores)[:, None] / n_first, (~labels @ scores)[:, None] / n_second
    influences = np.where(labels, (scores - first) / n_first, (second - scores) / n_second)
    both = np.unique(listeners * (int(stimuli.max()) + 1) + stimuli, return_inverse=True)[1]
    by_listener, by_stimulus, by_both = (_squares(influences, codes) for codes in (listeners, stimuli, both))
    two_way = by_listener + by_stimulus - by_both
    variance = np.where(two_way > 0, two_way, np.maximum(by_listener, by_stimulus))
    known = np.where((variance > TIE**2) & ~is_empty[:, 0], variance, np.nan)
    return np.asarray(np.abs(first - second)[:, 0] / np.sqrt(known))


def _squares(influences: Floats, clusters: Codes) -> Floats:
    """Return the corrected sum over clusters of squared sums of influences [B, N] -> [B]."""
    n_clusters = int(clusters.max()) + 1
    members = sparse.csr_array((np.ones(len(clusters)), (clusters, np.arange(len(clusters)))))
    sums = np.asarray(members @ influences.T)
    return np.asarray((sums**2).sum(axis=0) * n_clusters / max(n_clusters - 1, 1))
