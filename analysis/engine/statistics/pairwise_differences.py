"""All pairs of systems: differences of means, effect size, three tests, each adjusted for the whole family."""

import math
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis.engine.bootstrap import ranked_by_answers
from analysis.engine.comparisons import (
    PairVariances,
    adjusted,
    cliffs_deltas,
    listener_means,
    pair_variances,
    related_stimuli,
    wilcoxon_p_values,
)
from analysis.engine.intervals import ROUNDING, students_quantile, why_no_interval
from analysis.engine.permutation import PERMUTATIONS, PermutationTest
from analysis.engine.ratings import NoRatings, counted_ratings
from analysis.engine.statistic import Statistic, Tables

METHODS = ("acr", "acr_clarity")
METHOD = "two-way cluster-robust (listener × stimulus)"
ADJUSTMENTS = {"holm": "holm", "bh": "fdr_bh"}
# Of the permutations: the same ratings give the same p.
SEED = 20260105


def pairwise_differences(
    ratings: pd.DataFrame, confidence: float = 0.95, permutations: int = PERMUTATIONS
) -> pd.DataFrame:
    """Return each pair of systems, better first: difference of means with interval, effect size, tests.

    `low` and `high`: two-way cluster-robust with Student's t, whose degrees of freedom are the smallest of the numbers
    of listeners and of either system's stimuli, less one. `cliffs_delta`: of all pairs of ratings, how many are higher
    less how many are lower. `p_two_way` belongs to the interval, `p_permutation` to `permutation.PermutationTest`;
    `p_wilcoxon` compares listeners' means and holds for these stimuli alone. The family of `..._holm` and `..._bh`
    (Benjamini-Hochberg) is all pairs. Where each system has one clip of every item, the item is the stimulus.
    Raises NoRatings if there are no two systems.
    """
    scored = counted_ratings(ratings, METHODS)
    order = scored.groupby("system")["score"].mean().sort_values(ascending=False, kind="stable").index
    if len(order) < 2:
        raise NoRatings("There are no two systems to compare yet.")
    table = pd.DataFrame(_rows(scored, order, confidence, permutations))
    for test in ("two_way", "permutation", "wilcoxon"):
        for short, adjustment in ADJUSTMENTS.items():
            table[f"p_{test}_{short}"] = adjusted(table[f"p_{test}"].to_numpy(dtype=float), adjustment)
    return table


def _rows(scored: pd.DataFrame, order: pd.Index, confidence: float, permutations: int) -> list[dict[str, Any]]:
    scores, systems = scored["score"].to_numpy(), order.get_indexer(pd.Index(scored["system"]))
    listeners = ranked_by_answers(scores, scored["listener"], scored["clip_key"])[0]
    stimuli = pd.factorize(related_stimuli(scored), sort=True)[0]
    variances = pair_variances(scores, systems, listeners, stimuli)
    deltas = cliffs_deltas(scores, systems)
    p_wilcoxon = wilcoxon_p_values(listener_means(scores, systems, listeners))
    test = PermutationTest(scores, systems, listeners, stimuli, np.random.default_rng(SEED), permutations)
    p_permutation = test.p_values()
    of_systems = [_SystemScores.of(scores[systems == place]) for place in range(len(order))]
    rows = []
    for pair in combinations(range(len(order)), 2):
        own, other = (of_systems[place] for place in pair)
        rows.append(
            {
                "system": order[pair[0]],
                "other_system": order[pair[1]],
                **_difference(own, other, variances, pair, confidence),
                "n": own.n + other.n,
                "n_listeners": int(variances.n_listeners[pair]),
                "n_stimuli": int(variances.n_stimuli[pair]),
                "cliffs_delta": deltas[pair],
                "p_permutation": p_permutation[pair],
                "p_wilcoxon": p_wilcoxon[pair],
                "method": METHOD,
            }
        )
    return rows


@dataclass(frozen=True)
class _SystemScores:
    """A system's scores: what its pairs need of them."""

    n: int
    mean: float
    variance: float
    ends: tuple[float, float]

    @classmethod
    def of(cls, scores: np.ndarray) -> "_SystemScores":
        return cls(len(scores), float(scores.mean()), float(scores.var()), (float(scores.min()), float(scores.max())))

    def variance_with(self, other: "_SystemScores") -> float:
        """Return the variance of both systems' scores together."""
        n = self.n + other.n
        within = (self.n * self.variance + other.n * other.variance) / n
        return within + self.n * other.n * ((self.mean - other.mean) / n) ** 2


def _difference(
    own: _SystemScores, other: _SystemScores, variances: PairVariances, pair: tuple[int, int], confidence: float
) -> dict[str, Any]:
    """Return the difference of a pair's means with its interval and test; the note says why there is none."""
    estimate = own.mean - other.mean
    clusters = {"listener": int(variances.n_listeners[pair]), "stimulus": int(variances.fewest_stimuli[pair])}
    note = why_no_interval(np.array([*own.ends, *other.ends]), clusters)
    variance, rounding = float(variances.two_way[pair]), ROUNDING * own.variance_with(other)
    if not note and variance <= rounding:
        variance = float(max(variances.by_listener[pair], variances.by_stimulus[pair]))
        note = "two-way variance not positive: the larger one-way variance is used"
        if variance <= rounding:
            note = "the answers' deviations cancel within every listener and every stimulus"
    freedom = min(clusters.values()) - 1
    is_known = freedom > 0 and variance > rounding
    error = math.sqrt(variance) if is_known else math.nan
    half = error * students_quantile(confidence, max(freedom, 1))
    p_value = 2 * float(stats.t.sf(abs(estimate) / error, freedom)) if is_known else math.nan
    return {
        "estimate": estimate,
        "low": estimate - half,
        "high": estimate + half,
        "standard_error": error,
        "p_two_way": p_value,
        "note": note,
    }


def _tables(ratings: pd.DataFrame, judgements: pd.DataFrame, confidence: float) -> Tables:
    return {"pairs": pairwise_differences(ratings, confidence)}


PAIRWISE_DIFFERENCES = Statistic(
    slug="pairwise_differences",
    title="Differences between systems",
    unit="a rating; listeners and clips are both taken as samples of more; Wilcoxon's test: a listener",
    tables=_tables,
    drawn=f"{PERMUTATIONS:,} swaps of listeners and as many of clips, seed {SEED}",
)
