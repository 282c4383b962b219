"""Confidence intervals for means and proportions of ratings.

Ratings come in bundles: the ratings of one listener resemble each other, and so do those of one stimulus. An interval
that takes them for independent is far too narrow (`python -m benchmarks.interval_coverage` shows how far).
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
# Names or numbers of listeners, stimuli or other clusters.
Levels = pd.Series | Codes

# A variance of the mean below this share of the scores' own variance is rounding, not variance.
ROUNDING = 1e-12
WILSON = "Wilson (independent answers)"


@dataclass(frozen=True)
class Interval:
    """An estimate with the ends of its interval; both ends are NaN where `note` says why there is none."""

    estimate: float
    low: float
    high: float
    standard_error: float
    method: str
    note: str = ""


@dataclass(frozen=True)
class ClusterVariances:
    """Variances of regression coefficients, one entry [K] for each column of the design."""

    coefficients: Floats
    independent: Floats
    by_listener: Floats
    by_stimulus: Floats
    two_way: Floats


def cluster_variances(scores: Floats, design: Floats, listeners: Levels, stimuli: Levels) -> ClusterVariances:
    """Fit scores [N] to a design [N, K] by least squares; return the coefficients' cluster-robust variances.

    With X the design, u the residuals and g a grouping into G clusters, the one-way variance is
    V_g = c_g (X'X)^-1 (sum over clusters of X_g' u_g u_g' X_g) (X'X)^-1 with c_g = G/(G-1) (N-1)/(N-K), and the
    two-way variance is V_listener + V_stimulus - V_(listener, stimulus).

    Source: Cameron, Gelbach & Miller 2011, "Robust inference with multiway clustering", JBES 29(2), eq. 2.10-2.11; as
    statsmodels has it. Needs at least two listeners and two stimuli. The difference of V's can be negative.
    """
    n, n_coefficients = design.shape
    # einsum: with so few columns the threads of a matrix product wait for each other longer than they add.
    inverse: Floats = np.linalg.inv(np.einsum("nk,nl->kl", design, design)).astype(np.float64)
    coefficients = np.einsum("kl,l->k", inverse, np.einsum("nl,n->l", design, scores))
    residuals = scores - np.einsum("nk,k->n", design, coefficients)
    moments = design * residuals[:, None]
    listener_codes, stimulus_codes = (pd.factorize(levels)[0] for levels in (listeners, stimuli))
    both_codes = pd.factorize(listener_codes * (stimulus_codes.max() + 1) + stimulus_codes)[0]
    by_listener, by_stimulus, by_both = (
        _one_way_variances(moments, codes, inverse) for codes in (listener_codes, stimulus_codes, both_codes)
    )
    return ClusterVariances(
        coefficients=coefficients,
        independent=np.diag(inverse) * float(np.einsum("n,n->", residuals, residuals)) / (n - n_coefficients),
        by_listener=by_listener,
        by_stimulus=by_stimulus,
        two_way=by_listener + by_stimulus - by_both,
    )


def _one_way_variances(moments: Floats, codes: Codes, inverse: Floats) -> Floats:
    """Return the one-way variances [K] from each score's X'u [N, K], its cluster's number [N] and (X'X)^-1 [K, K]."""
    n, n_coefficients = moments.shape
    sums = np.column_stack([np.bincount(codes, column) for column in moments.T])
    correction = len(sums) / (len(sums) - 1) * (n - 1) / (n - n_coefficients)
    return np.asarray(correction * (np.einsum("gk,kl->gl", sums, inverse) ** 2).sum(axis=0))


def two_way_interval(scores: Floats, listeners: Levels, stimuli: Levels, confidence: float) -> Interval:
    """Return the mean of scores [N] with an interval that holds for other listeners and for other stimuli.

    The variance is the two-way cluster-robust one (see `cluster_variances`); Student's t has
    min(listeners, stimuli) - 1 degrees of freedom (Cameron & Miller 2015, "A practitioner's guide to cluster-robust
    inference", JHR 50(2), section VI.D). A two-way variance below zero is floored to the larger of the two one-way
    variances, and the note says so. With one listener, one stimulus, ratings that are all equal, or deviations that
    cancel in both directions there is no interval, and the note says why.
    """
    method = "two-way cluster-robust (listener × stimulus)"
    codes = [pd.factorize(levels)[0] for levels in (listeners, stimuli)]
    clusters = {"listener": int(codes[0].max()) + 1, "stimulus": int(codes[1].max()) + 1}
    note = why_no_interval(scores, clusters)
    if note:
        return _point(scores, method, note)
    variances = cluster_variances(scores, np.ones((len(scores), 1)), codes[0], codes[1])
    variance, note = _positive_variance(variances, 0, scores)
    if variance == 0:
        return _point(scores, method, note)
    quantile = students_quantile(confidence, min(clusters.values()) - 1)
    return _around(scores, math.sqrt(variance), quantile, method, note)


def two_way_difference(
    scores: Floats, is_first: npt.NDArray[np.bool_], listeners: pd.Series, stimuli: pd.Series, confidence: float
) -> Interval:
    """Return how far the mean of the first scores lies above that of the others, for other listeners and stimuli.

    As `two_way_interval`, from a regression on which of the two [N] a score belongs to; Student's t has the smallest
    of the numbers of listeners and of either side's stimuli, less one, degrees of freedom.
    """
    method = "two-way cluster-robust (listener × stimulus)"
    estimate = float(scores[is_first].mean() - scores[~is_first].mean())
    fewest = min(stimuli[is_first].nunique(), stimuli[~is_first].nunique())
    clusters = {"listener": listeners.nunique(), "stimulus": fewest}
    note = why_no_interval(scores, clusters)
    if note:
        return Interval(estimate, math.nan, math.nan, math.nan, method, note)
    design = np.column_stack([np.ones(len(scores)), is_first]).astype(np.float64)
    variance, note = _positive_variance(cluster_variances(scores, design, listeners, stimuli), 1, scores)
    if variance == 0:
        return Interval(estimate, math.nan, math.nan, math.nan, method, note)
    error = math.sqrt(variance)
    half = error * students_quantile(confidence, min(clusters.values()) - 1)
    return Interval(estimate, estimate - half, estimate + half, error, method, note)


def _positive_variance(variances: ClusterVariances, place: int, scores: Floats) -> tuple[float, str]:
    """Return the two-way variance of a coefficient, or else the larger one-way variance, or else 0; and the note."""
    rounding = ROUNDING * float(np.var(scores))
    variance = float(variances.two_way[place])
    if variance > rounding:
        return variance, ""
    variance = max(float(variances.by_listener[place]), float(variances.by_stimulus[place]))
    if variance > rounding:
        return variance, "two-way variance not positive: the larger one-way variance is used"
    return 0.0, "the answers' deviations cancel within every listener and every stimulus"


def one_way_interval(scores: Floats, clusters: pd.Series, confidence: float, cluster: str = "listener") -> Interval:
    """Return the mean of scores [N] with an interval that holds for other clusters (other listeners) alone.

    One-way cluster-robust variance (Liang & Zeger 1986; `cluster_variances`) and Student's t with G - 1 degrees of
    freedom. Where every listener gave equally many ratings this is the t interval over the listeners' means.
    """
    method = f"{cluster}-clustered"
    note = why_no_interval(scores, {cluster: clusters.nunique()})
    if note:
        return _point(scores, method, note)
    residuals, inverse = (scores - scores.mean())[:, None], np.full((1, 1), 1 / len(scores))
    variance = float(_one_way_variances(residuals, pd.factorize(clusters)[0], inverse)[0])
    quantile = students_quantile(confidence, clusters.nunique() - 1)
    return _around(scores, math.sqrt(variance), quantile, method, "")


def independent_interval(scores: Floats, confidence: float) -> Interval:
    """Return mean ± z·s/√n of scores [N]: what others report, as if ratings were independent. Too narrow."""
    method = "independent ratings (what others report)"
    if len(scores) < 2:
        return _point(scores, method, "one rating")
    error = float(np.std(scores, ddof=1)) / math.sqrt(len(scores))
    return _around(scores, error, float(stats.norm.ppf((1 + confidence) / 2)), method, "")


def crowdmos_interval(scores: Floats, listeners: Levels, stimuli: Levels, confidence: float) -> Interval:
    """Return the mean of scores [N] with crowdMOS's interval: variances of listeners, stimuli and residual by moments.

    With the mean variances within listeners, within stimuli, and of all scores (each over n, not n - 1), the three
    parts follow by subtraction, none below zero; the mean's variance weighs them by how often each listener and
    stimulus occurs; Student's t has min(listeners, stimuli) - 1 degrees of freedom. Conservative. Source: Ribeiro,
    Florencio, Zhang & Seltzer 2011, "crowdMOS: an approach for crowdsourcing mean opinion score studies", ICASSP.
    """
    method = "crowdMOS"
    codes = [pd.factorize(levels)[0] for levels in (listeners, stimuli)]
    counts = [np.bincount(level) for level in codes]
    note = why_no_interval(scores, dict(zip(("listener", "stimulus"), map(len, counts), strict=True)))
    within_listeners, within_stimuli = (_mean_variance(scores, *each) for each in zip(codes, counts, strict=True))
    if not note and math.isnan(within_listeners + within_stimuli):
        note = "no listener or no stimulus with several ratings: the three variances cannot be told apart"
    if note:
        return _point(scores, method, note)
    total = float(np.var(scores))
    of_stimuli, of_listeners = max(total - within_stimuli, 0.0), max(total - within_listeners, 0.0)
    residual = max(within_listeners + within_stimuli - total, 0.0)
    weights = [float(count @ count) / len(scores) ** 2 for count in counts]
    variance = of_listeners * weights[0] + of_stimuli * weights[1] + residual / len(scores)
    quantile = students_quantile(confidence, min(map(len, counts)) - 1)
    return _around(scores, math.sqrt(variance), quantile, method, "")


def _mean_variance(scores: Floats, levels: Codes, counts: Codes) -> float:
    """Return the mean over levels with several scores of the variance within each; NaN if there are none."""
    deviations = scores - (np.bincount(levels, scores) / counts)[levels]
    has_several = counts > 1
    variances = np.bincount(levels, deviations**2)[has_several] / counts[has_several]
    return float(variances.mean()) if len(variances) else math.nan


def wilson_interval(successes: int, n: int, confidence: float) -> Interval:
    """Return a proportion with Wilson's score interval, which takes the answers for independent.

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference", JASA 22.
    """
    low, high = wilson_ends(successes, n, confidence)
    share = successes / n
    return Interval(share, float(low), float(high), math.sqrt(share * (1 - share) / n), WILSON)


def wilson_ends(successes: npt.ArrayLike, n: npt.ArrayLike, confidence: float) -> tuple[Floats, Floats]:
    """Return both ends of Wilson's score intervals of many proportions (`wilson_interval`)."""
    low, high = proportion_confint(np.asarray(successes), np.asarray(n), alpha=1 - confidence, method="wilson")
    return np.maximum(low, 0.0), np.minimum(high, 1.0)


def within_unit(interval: Interval) -> Interval:
    """Return an interval of a proportion with its ends kept between 0 and 1."""
    low, high = (float(np.clip(end, 0.0, 1.0)) for end in (interval.low, interval.high))
    return Interval(interval.estimate, low, high, interval.standard_error, interval.method, interval.note)


@cache
def students_quantile(confidence: float, freedom: int) -> float:
    """Return how many standard errors an interval of Student's t reaches to either side."""
    return float(stats.t.ppf((1 + confidence) / 2, freedom))


def why_no_interval(scores: Floats, counts: dict[str, int]) -> str:
    """Return why no interval can be computed, or an empty text."""
    for what, count in counts.items():
        if count < 2:
            return f"one {what}: nothing is known of how others differ"
    if np.ptp(scores) == 0:
        return "all answers are equal: no variance to estimate from"
    return ""


def _point(scores: Floats, method: str, note: str) -> Interval:
    return Interval(float(np.mean(scores)), math.nan, math.nan, math.nan, method, note)


def _around(scores: Floats, error: float, quantile: float, method: str, note: str) -> Interval:
    mean = float(np.mean(scores))
    return Interval(mean, mean - quantile * error, mean + quantile * error, error, method, note)
