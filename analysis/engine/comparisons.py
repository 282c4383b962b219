"""Every system against every other: differences of means that hold for other listeners and other stimuli."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, stats
from statsmodels.stats.multitest import multipletests

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

# Up to so many listeners Wilcoxon's distribution is computed, beyond it is normal to all printed digits.
MOST_EXACT = 50


@dataclass(frozen=True)
class PairVariances:
    """Each pair's numbers, one entry [K, K] for each pair of systems; `two_way` can be negative."""

    by_listener: Floats
    by_stimulus: Floats
    two_way: Floats
    n_listeners: Floats
    n_stimuli: Floats
    fewest_stimuli: Floats


def pair_variances(scores: Floats, systems: Codes, listeners: Codes, stimuli: Codes) -> PairVariances:
    """Return the cluster-robust variances of all differences of system means, from scores and codes [N].

    Each entry is what `intervals.cluster_variances` gives for the ratings of the pair alone, small-sample corrections
    too, but all pairs are had from one product of each kind of cluster sums (Cameron, Gelbach & Miller 2011).
    """
    counts = np.bincount(systems).astype(np.float64)
    means = np.bincount(systems, scores) / counts
    influences = (scores - means[systems]) / counts[systems]
    both = pd.factorize(listeners * (int(stimuli.max()) + 1) + stimuli)[0]
    n_pair = counts[:, None] + counts
    raw = [_between(influences, systems, clusters) for clusters in (listeners, stimuli, both)]
    corrected = [
        variance * clusters / np.maximum(clusters - 1, 1) * (n_pair - 1) / np.maximum(n_pair - 2, 1)
        for variance, clusters in raw
    ]
    heard = np.bincount(systems[np.unique(stimuli * len(counts) + systems, return_index=True)[1]]).astype(np.float64)
    return PairVariances(
        by_listener=corrected[0],
        by_stimulus=corrected[1],
        two_way=corrected[0] + corrected[1] - corrected[2],
        n_listeners=raw[0][1],
        n_stimuli=raw[1][1],
        fewest_stimuli=np.minimum(heard[:, None], heard),
    )


def related_stimuli(scored: pd.DataFrame) -> pd.Series:
    """Return what is taken as a sample of more: the clip, or the item where each system said each item in one clip."""
    clips = scored.drop_duplicates("clip_key").pivot_table(
        index="item", columns="system", values="clip_key", aggfunc="count"
    )
    return scored["item"] if (clips == 1).all(axis=None) else scored["clip_key"]


def _between(influences: Floats, systems: Codes, clusters: Codes) -> tuple[Floats, Floats]:
    """Return the sum over clusters of (influence on one mean - on the other)^2, and the pair's clusters [K, K]."""
    sums = sparse.csr_array((influences, (clusters, systems)))
    products = np.asarray((sums.T @ sums).toarray())
    own = np.diag(products)
    is_there = sparse.csr_array((np.ones(len(clusters)), (clusters, systems)))
    is_there.data[:] = 1
    shared = np.asarray((is_there.T @ is_there).toarray())
    return own[:, None] + own - 2 * products, np.diag(shared)[:, None] + np.diag(shared) - shared


def cliffs_deltas(scores: Floats, systems: Codes) -> Floats:
    """Return, for each pair [K, K], how often the first system's rating is higher less how often it is lower.

    -1 to 1 over all pairs of ratings (Cliff 1993, "Dominance statistics", Psychological Bulletin 114(3)); equal to the
    rank-biserial correlation of the Mann-Whitney test.
    """
    values, places = np.unique(scores, return_inverse=True)
    counts = np.zeros((int(systems.max()) + 1, len(values)))
    np.add.at(counts, (systems, places), 1)
    shares = counts / counts.sum(axis=1, keepdims=True)
    below = shares.cumsum(axis=1) - shares
    above = 1 - shares.cumsum(axis=1)
    return np.asarray(shares @ (below - above).T)


def listener_means(scores: Floats, systems: Codes, listeners: Codes) -> Floats:
    """Return each listener's mean of each system from scores and codes [N], NaN where there is none [L, K]."""
    shape = (int(listeners.max()) + 1, int(systems.max()) + 1)
    places, size = np.ravel_multi_index((listeners, systems), shape), shape[0] * shape[1]
    counts = np.bincount(places, minlength=size)
    sums = np.bincount(places, scores, size)
    return np.asarray(np.divide(sums, counts, out=np.full(size, np.nan), where=counts > 0).reshape(shape))


def wilcoxon_p(first: Floats, second: Floats) -> float:
    """Return the two-sided p of Wilcoxon's signed-rank test of listeners' means [L], NaN where one heard but one.

    Zero differences are left out (Wilcoxon 1945); exact up to 50 listeners without ties, else by the normal
    approximation. It takes the stimuli as all there are, so it says nothing of others.
    """
    return float(wilcoxon_p_values(np.column_stack([first, second]))[0, 1])


def wilcoxon_p_values(means: Floats) -> Floats:
    """Return `wilcoxon_p` for each pair of systems from listeners' means [L, K]: above the diagonal [K, K]."""
    p_values = np.full((means.shape[1],) * 2, np.nan)
    for first in range(len(p_values) - 1):
        p_values[first, first + 1 :] = _wilcoxon_p_values(np.subtract(means[:, [first]], means[:, first + 1 :]).T)
    return p_values


def _wilcoxon_p_values(differences: Floats) -> Floats:
    """Return the p of each row of differences [P, L], NaN in which are left out."""
    # Means of the same answers may differ by rounding.
    differences, n_both = differences.round(12), np.count_nonzero(~np.isnan(differences), axis=1)
    p_values = np.where(n_both < 2, np.nan, 1.0)
    is_exact = np.array([_is_exact(row[~np.isnan(row)]) for row in differences])
    for place in np.flatnonzero(is_exact):
        row = differences[place]
        p_values[place] = stats.wilcoxon(row[~np.isnan(row)], method="exact").pvalue
    differences = np.nan_to_num(differences)
    is_normal = ~is_exact & (n_both >= 2) & differences.any(axis=1)
    if is_normal.any():
        # Zeros are left out, as are those who heard but one: many pairs take little longer than one.
        p_values[is_normal] = stats.wilcoxon(differences[is_normal], method="approx", axis=1).pvalue
    return p_values


def _is_exact(differences: Floats) -> bool:
    if not 2 <= len(differences) <= MOST_EXACT:
        return False
    return bool(differences.all()) and len(np.unique(np.abs(differences))) == len(differences)


def adjusted(p_values: Floats, method: str) -> Floats:
    """Return p values [P] adjusted for the family of all that are defined: 'holm', or 'fdr_bh' (Benjamini-Hochberg)."""
    result = np.full(len(p_values), np.nan)
    is_defined = ~np.isnan(p_values)
    if is_defined.any():
        adjust = _holm if method == "holm" else _benjamini_hochberg
        result[is_defined] = adjust(p_values[is_defined])
    return result


def _holm(p_values: Floats) -> Floats:
    """Return p values [P] adjusted by Holm's method; statsmodels collects all garbage at each call of its own."""
    order = np.argsort(p_values)
    adjusted_in_order = np.maximum.accumulate(p_values[order] * np.arange(len(order), 0, -1))
    return np.asarray(np.minimum(adjusted_in_order, 1.0)[np.argsort(order)])


def _benjamini_hochberg(p_values: Floats) -> Floats:
    return np.asarray(multipletests(p_values, method="fdr_bh")[1])
