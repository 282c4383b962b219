"""How often nominal 95 % intervals cover, and tests at .05 find nothing: `python -m benchmarks.interval_coverage`.

Every listener rates every stimulus once: score = 3 + listener + stimulus + residual, normal, with the deviations
of the English listeners of the Voice Conversion Challenge 2020 (field notes on statistics, section 2). Tests are asked
about two equal systems, with listeners who differ in which they like better, and scores rounded to a scale from 1 to 5.
Their clips say different things, or, where matched, the same things, and half the variance of clips is that of items.
`--write` puts the tables into docs/benchmarks/coverage.md.
"""

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, product
from pathlib import Path

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

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks" / "coverage.md"
TRUTH = 3.0
DEVIATIONS = {"listener": 0.41, "stimulus": 0.36, "residual": 0.68}
LISTENER_BY_SYSTEM = 0.25
# Of the variance of matched clips.
ITEM_SHARE = 0.5
SIZES = ((10, 10), (20, 10), (20, 40), (40, 20), (100, 20))
CONFIDENCE, LEVEL = 0.95, 0.05
# Enough for the ends of one interval in a study of many.
RESAMPLES, PERMUTATIONS = 500, 199

Study = tuple[np.ndarray, pd.Series, pd.Series]


@dataclass(frozen=True)
class Pair:
    """Scores of two equal systems [L, 2, S], every clip rated once by every listener."""

    scores: np.ndarray
    is_matched: bool

    def coded(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return scores, systems, listeners, clips and what is taken as stimuli: clips, or items where matched [N]."""
        listeners, systems, numbers = (place.ravel() for place in np.indices(self.scores.shape))
        clips = systems * self.scores.shape[2] + numbers
        return self.scores.ravel(), systems, listeners, clips, numbers if self.is_matched else clips


def intervals(study: Study) -> dict[str, Interval]:
    """Return each interval of the mean of a study: ours, then what others report."""
    scores, listeners, stimuli = study
    fitted = fit_crossed(scores, pd.Series("one", index=listeners.index), listeners, stimuli)
    one = np.ones((1, 1))
    errors, freedoms, _ = fitted.clustered.of(one)
    return {
        "two-way clustered": two_way_interval(*study, CONFIDENCE),
        "two-way bootstrap": bootstrap_interval(study),
        "mixed model": _around(fitted.means[0], errors[0], freedoms[0]),
        "mixed model's own": _around(*(of[0] for of in fitted.contrasts(one))),
        "crowdMOS": crowdmos_interval(*study, CONFIDENCE),
        "independent": independent_interval(scores, CONFIDENCE),
        "listener-clustered": one_way_interval(scores, listeners, CONFIDENCE),
    }


def bootstrap_interval(study: Study) -> Interval:
    scores, listeners, stimuli = study
    table = rating_table(scores, listeners, stimuli, pd.Series("one", index=listeners.index))
    low, high = percentile_interval(two_way_bootstrap(table, np.random.default_rng(1), RESAMPLES), CONFIDENCE)
    return Interval(float(scores.mean()), float(low[0]), float(high[0]), float("nan"), "two-way bootstrap")


def _around(estimate: float, error: float, freedom: float) -> Interval:
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, freedom)) * error
    return Interval(estimate, estimate - half, estimate + half, error, "mixed model")


def p_values(pair: Pair, generator: np.random.Generator) -> dict[str, float]:
    """Return the p of each test of a difference: ours, then what others report."""
    scores, systems, listeners, clips, stimuli = pair.coded()
    fitted = fit_crossed(scores, *(pd.Series(codes) for codes in (systems, listeners, clips, stimuli)))
    difference = np.array([[1.0, -1.0]])
    estimate, error, freedom = (of[0] for of in fitted.contrasts(difference))
    errors, freedoms, _ = fitted.clustered.of(difference)
    return {
        "two-way cluster": two_way_p(pair),
        "permutation": permutation_p(scores, systems == 0, listeners, stimuli, generator, PERMUTATIONS),
        "mixed model": float(2 * stats.t.sf(abs(estimate) / errors[0], freedoms[0])),
        "mixed model's own": float(2 * stats.t.sf(abs(estimate) / error, freedom)),
        "Mann-Whitney on ratings": float(
            stats.mannwhitneyu(pair.scores[:, 0].ravel(), pair.scores[:, 1].ravel()).pvalue
        ),
        "Wilcoxon on listener means": wilcoxon_p(*pair.scores.mean(axis=2).T),
    }


def two_way_p(pair: Pair) -> float:
    scores, systems, listeners, _, stimuli = pair.coded()
    variances = pair_variances(scores, systems, listeners, stimuli)
    one_way = max(variances.by_listener[0, 1], variances.by_stimulus[0, 1])
    error = np.sqrt(variances.two_way[0, 1] if variances.two_way[0, 1] > 0 else one_way)
    difference = abs(pair.scores[:, 0].mean() - pair.scores[:, 1].mean())
    return float(2 * stats.t.sf(difference / error, min(pair.scores.shape[0], pair.scores.shape[2]) - 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--test-replicates", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help=f"write the tables to {PAGE.relative_to(PAGE.parents[2])}")
    arguments = parser.parse_args()
    started = time.process_time()
    generators = [np.random.default_rng([arguments.seed, part]) for part in range(2)]
    lines = []
    for line in chain(
        _introduction(arguments),
        _covered(arguments.replicates, generators[0]),
        _found(arguments.test_replicates, generators[1]),
    ):
        print(line, flush=True)
        lines.append(line)
    lines += ["", f"Computed in {time.process_time() - started:.0f} CPU seconds."]
    print("\n".join(lines[-2:]))
    if arguments.write:
        PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _introduction(arguments: argparse.Namespace) -> list[str]:
    deviations = ", ".join(f"{of} {deviation}" for of, deviation in DEVIATIONS.items())
    errors = [1.96 * np.sqrt(LEVEL * (1 - LEVEL) / n) for n in (arguments.replicates, arguments.test_replicates)]
    return [
        "# How sure is sure: coverage of intervals, errors of tests",
        f"Written by `python -m benchmarks.interval_coverage --replicates {arguments.replicates} --test-replicates "
        f"{arguments.test_replicates} --seed {arguments.seed} --write`.",
        "",
        "Studies are simulated in which every listener rates every clip once, with the normal deviations of the Voice "
        f"Conversion Challenge 2020 ({deviations}). The first three columns of each table are Hearsay's; \"mixed "
        "model's own\" takes its errors from the variances of the model, as lme4 does; the rest is what others report.",
        f"Where the truth is 95 %, chance moves a share of the first table by ±{errors[0]:.3f}, of the second by "
        f"±{errors[1]:.3f}, in 19 of 20 cells.",
    ]


def _covered(replicates: int, generator: np.random.Generator) -> Iterator[str]:
    yield from ("", "## Intervals")
    yield f"Share of nominal {CONFIDENCE:.0%} intervals of a mean that hold the truth; {replicates} studies of a size."
    for row, (n_listeners, n_stimuli) in enumerate(SIZES):
        covered, widths = coverage(n_listeners, n_stimuli, replicates, generator)
        of_widths = {f"mean width, {name}": widths[name] for name in ("two-way clustered", "independent")}
        yield from _row(f"{n_listeners} × {n_stimuli}", covered | of_widths, is_first=row == 0)


def _found(replicates: int, generator: np.random.Generator) -> Iterator[str]:
    yield from ("", "## Tests")
    yield (
        f"Share of studies of two equal systems that a test at {LEVEL} calls different; {replicates} studies of a "
        "size. Scores are rounded to 1–5, and listeners differ in which system they like (deviation "
        f"{LISTENER_BY_SYSTEM}). Matched: both systems say the same items, and items make {ITEM_SHARE:.0%} of the "
        "variance of clips; there our tests take the item for the stimulus."
    )
    for row, (is_matched, (n_listeners, n_stimuli)) in enumerate(product((False, True), SIZES)):
        name = f"{n_listeners} × {n_stimuli}{', matched' if is_matched else ''}"
        errors = type_one_errors(n_listeners, n_stimuli, is_matched, replicates, generator)
        yield from _row(name, errors, is_first=row == 0)


def _row(name: str, cells: dict[str, float], *, is_first: bool) -> Iterator[str]:
    if is_first:
        yield from ("", "| listeners × clips | " + " | ".join(cells) + " |", "|---" * (len(cells) + 1) + "|")
    yield f"| {name} | " + " | ".join(f"{cell:.3f}".lstrip("0") for cell in cells.values()) + " |"


def coverage(
    n_listeners: int, n_stimuli: int, replicates: int, generator: np.random.Generator
) -> tuple[dict[str, float], dict[str, float]]:
    """Return each interval's share of covered truths and its mean width over simulated studies."""
    covered: Counter[str] = Counter()
    widths: defaultdict[str, float] = defaultdict(float)
    for _ in tqdm(range(replicates), desc=f"{n_listeners} x {n_stimuli}", leave=False, mininterval=5):
        for name, interval in intervals(simulated_study(n_listeners, n_stimuli, generator)).items():
            covered[name] += interval.low <= TRUTH <= interval.high
            widths[name] += interval.high - interval.low
    shares = {name: count / replicates for name, count in covered.items()}
    return shares, {name: total / replicates for name, total in widths.items()}


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
    n_listeners: int, n_stimuli: int, is_matched: bool, replicates: int, generator: np.random.Generator
) -> dict[str, float]:
    """Return each test's share of studies of two equal systems that it calls different."""
    found: Counter[str] = Counter()
    for _ in tqdm(range(replicates), desc=f"{n_listeners} x {n_stimuli}", leave=False, mininterval=5):
        for name, p_value in p_values(equal_systems(n_listeners, n_stimuli, is_matched, generator), generator).items():
            found[name] += p_value <= LEVEL
    return {name: count / replicates for name, count in found.items()}


def equal_systems(n_listeners: int, n_stimuli: int, is_matched: bool, generator: np.random.Generator) -> Pair:
    """Return a study of two systems of the same mean."""
    of_items = DEVIATIONS["stimulus"] * np.sqrt(ITEM_SHARE if is_matched else 0)
    of_clips = DEVIATIONS["stimulus"] * np.sqrt(1 - ITEM_SHARE if is_matched else 1)
    scores = (
        TRUTH
        + generator.normal(0, DEVIATIONS["listener"], (n_listeners, 1, 1))
        + generator.normal(0, LISTENER_BY_SYSTEM, (n_listeners, 2, 1))
        + generator.normal(0, of_items, (1, 1, n_stimuli))
        + generator.normal(0, of_clips, (1, 2, n_stimuli))
        + generator.normal(0, DEVIATIONS["residual"], (n_listeners, 2, n_stimuli))
    )
    return Pair(np.clip(np.round(scores), 1, 5), is_matched)


if __name__ == "__main__":
    main()
