"""How often nominal 95 % intervals cover, and tests at .05 find nothing: `python -m benchmarks.interval_coverage`.

Every listener rates every stimulus once: score = 3 + listener + stimulus + residual, normal, with the deviations
of the English listeners of the Voice Conversion Challenge 2020 (field notes on statistics, section 2). Tests are asked
about two equal systems whose clips say different things, with listeners who differ in which they like better, and
scores rounded to a scale from 1 to 5.
"""

import argparse
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats
from tqdm import tqdm

from analysis.engine.bootstrap import percentile_interval, rating_table, two_way_bootstrap
from analysis.engine.comparisons import pair_variances, wilcoxon_p
from analysis.engine.crossed import fit_crossed
from analysis.engine.intervals import (
    Interval,
    crowdmos_interval,
    independent_interval,
    one_way_interval,
    two_way_interval,
)
from analysis.engine.permutation import permutation_p

TRUTH = 3.0
DEVIATIONS = {"listener": 0.41, "stimulus": 0.36, "residual": 0.68}
SIZES = ((10, 10), (20, 10), (20, 40), (40, 20), (100, 20))
CONFIDENCE = 0.95

Study = tuple[np.ndarray, pd.Series, pd.Series]
# Enough for the ends of one interval in a study of many.
RESAMPLES, PERMUTATIONS = 500, 199


def bootstrap_interval(study: Study) -> Interval:
    scores, listeners, stimuli = study
    table = rating_table(scores, listeners, stimuli, pd.Series("one", index=listeners.index))
    low, high = percentile_interval(two_way_bootstrap(table, np.random.default_rng(1), RESAMPLES), CONFIDENCE)
    return Interval(float(scores.mean()), float(low[0]), float(high[0]), float("nan"), "two-way bootstrap")


def mixed_interval(study: Study) -> Interval:
    scores, listeners, stimuli = study
    fitted = fit_crossed(scores, pd.Series("one", index=listeners.index), listeners, stimuli)
    estimate, error, freedom = (float(of[0]) for of in fitted.contrasts(np.ones((1, 1))))
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, freedom)) * error
    return Interval(estimate, estimate - half, estimate + half, error, "mixed model")


INTERVALS: dict[str, Callable[[Study], Interval]] = {
    "independent": lambda study: independent_interval(study[0], CONFIDENCE),
    "listener-clustered": lambda study: one_way_interval(study[0], study[1], CONFIDENCE),
    "two-way clustered": lambda study: two_way_interval(*study, CONFIDENCE),
    "two-way bootstrap": bootstrap_interval,
    "mixed model": mixed_interval,
    "crowdMOS": lambda study: crowdmos_interval(*study, CONFIDENCE),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--test-replicates", type=int, default=400)
    arguments = parser.parse_args()
    generator = np.random.default_rng(arguments.seed)
    print(f"{arguments.replicates} simulated studies of each size, seed {arguments.seed}, nominal {CONFIDENCE:.0%}\n")
    print("| listeners x stimuli | " + " | ".join(INTERVALS) + " | mean width, independent | mean width, two-way |")
    print("|---" * (len(INTERVALS) + 3) + "|")
    for n_listeners, n_stimuli in SIZES:
        covered, widths = coverage(n_listeners, n_stimuli, arguments.replicates, generator)
        cells = [f"{covered[name]:.3f}" for name in INTERVALS]
        cells += [f"{widths['independent']:.2f}", f"{widths['two-way clustered']:.2f}"]
        print(f"| {n_listeners} x {n_stimuli} | " + " | ".join(cells) + " |")
    print(f"\n{arguments.test_replicates} simulated studies of two equal systems: share significant at {LEVEL}\n")
    print("| listeners x stimuli | " + " | ".join(TESTS) + " |\n" + "|---" * (len(TESTS) + 1) + "|")
    for n_listeners, n_stimuli in TEST_SIZES:
        errors = type_one_errors(n_listeners, n_stimuli, arguments.test_replicates, generator)
        print(f"| {n_listeners} x {n_stimuli} | " + " | ".join(f"{errors[name]:.3f}" for name in TESTS) + " |")


def coverage(
    n_listeners: int, n_stimuli: int, replicates: int, generator: np.random.Generator
) -> tuple[dict[str, float], dict[str, float]]:
    """Return each interval's share of covered truths and its mean width over simulated studies."""
    covered = dict.fromkeys(INTERVALS, 0)
    widths = dict.fromkeys(INTERVALS, 0.0)
    for _ in tqdm(range(replicates), desc=f"{n_listeners} x {n_stimuli}", leave=False):
        study = simulated_study(n_listeners, n_stimuli, generator)
        for name, interval_of in INTERVALS.items():
            interval = interval_of(study)
            covered[name] += interval.low <= TRUTH <= interval.high
            widths[name] += (interval.high - interval.low) / replicates
    return {name: count / replicates for name, count in covered.items()}, widths


def simulated_study(n_listeners: int, n_stimuli: int, generator: np.random.Generator) -> Study:
    """Return scores [N], listeners [N] and stimuli [N] of a fully crossed study."""
    scores = (
        TRUTH
        + generator.normal(0, DEVIATIONS["listener"], (n_listeners, 1))
        + generator.normal(0, DEVIATIONS["stimulus"], (1, n_stimuli))
        + generator.normal(0, DEVIATIONS["residual"], (n_listeners, n_stimuli))
    )
    listeners, stimuli = np.indices(scores.shape)
    return scores.ravel(), pd.Series(listeners.ravel()), pd.Series(stimuli.ravel())


def type_one_errors(
    n_listeners: int, n_stimuli: int, replicates: int, generator: np.random.Generator
) -> dict[str, float]:
    """Return each test's share of studies of two equal systems that it calls different."""
    found = dict.fromkeys(TESTS, 0)
    for _ in tqdm(range(replicates), desc=f"{n_listeners} x {n_stimuli}", leave=False):
        scores = equal_systems(n_listeners, n_stimuli, generator)
        for name, p_value in TESTS.items():
            found[name] += p_value(scores, generator) <= LEVEL
    return {name: count / replicates for name, count in found.items()}


def equal_systems(n_listeners: int, n_stimuli: int, generator: np.random.Generator) -> np.ndarray:
    """Return scores of two equal systems [L, 2, S], every clip rated once by every listener."""
    scores = (
        TRUTH
        + generator.normal(0, DEVIATIONS["listener"], (n_listeners, 1, 1))
        + generator.normal(0, LISTENER_BY_SYSTEM, (n_listeners, 2, 1))
        + generator.normal(0, DEVIATIONS["stimulus"], (1, 2, n_stimuli))
        + generator.normal(0, DEVIATIONS["residual"], (n_listeners, 2, n_stimuli))
    )
    return np.clip(np.round(scores), 1, 5)


def _coded(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    listeners, systems, numbers = (place.ravel() for place in np.indices(scores.shape))
    return scores.ravel(), systems, listeners, systems * scores.shape[2] + numbers


def two_way_p(scores: np.ndarray, generator: np.random.Generator) -> float:
    variances = pair_variances(*_coded(scores))
    one_way = max(variances.by_listener[0, 1], variances.by_stimulus[0, 1])
    error = np.sqrt(variances.two_way[0, 1] if variances.two_way[0, 1] > 0 else one_way)
    difference = abs(scores[:, 0].mean() - scores[:, 1].mean())
    return float(2 * stats.t.sf(difference / error, min(scores.shape[0], scores.shape[2]) - 1))


def permuted_p(scores: np.ndarray, generator: np.random.Generator) -> float:
    flat, systems, listeners, stimuli = _coded(scores)
    return permutation_p(flat, systems == 0, listeners, stimuli, generator, PERMUTATIONS)


def mixed_p(scores: np.ndarray, generator: np.random.Generator) -> float:
    flat, *codes = _coded(scores)
    fitted = fit_crossed(flat, *(pd.Series(code) for code in codes))
    estimate, error, freedom = (float(of[0]) for of in fitted.contrasts(np.array([[1.0, -1.0]])))
    return float(2 * stats.t.sf(abs(estimate) / error, freedom))


LEVEL = 0.05
LISTENER_BY_SYSTEM = 0.25
TEST_SIZES = ((10, 10), (20, 10), (20, 20), (50, 20))
TESTS: dict[str, Callable[[np.ndarray, np.random.Generator], float]] = {
    "Mann-Whitney on ratings": lambda scores, generator: float(
        stats.mannwhitneyu(scores[:, 0].ravel(), scores[:, 1].ravel()).pvalue
    ),
    "Wilcoxon on listener means": lambda scores, generator: wilcoxon_p(*scores.mean(axis=2).T),
    "mixed model": mixed_p,
    "two-way cluster": two_way_p,
    "permutation": permuted_p,
}


if __name__ == "__main__":
    main()
