"""How often a nominal 95 % interval of a mean opinion score covers: `python -m benchmarks.interval_coverage`.

Every listener rates every stimulus once: score = 3 + listener + stimulus + residual, normal, with the deviations
of the English listeners of the Voice Conversion Challenge 2020 (field notes on statistics, section 2).
"""

import argparse
from collections.abc import Callable

import numpy as np
import pandas as pd
from tqdm import tqdm

from analysis.engine.intervals import Interval, independent_interval, one_way_interval, two_way_interval

TRUTH = 3.0
DEVIATIONS = {"listener": 0.41, "stimulus": 0.36, "residual": 0.68}
SIZES = ((10, 10), (20, 10), (20, 40), (40, 20), (100, 20))
CONFIDENCE = 0.95

Study = tuple[np.ndarray, pd.Series, pd.Series]
INTERVALS: dict[str, Callable[[Study], Interval]] = {
    "independent": lambda study: independent_interval(study[0], CONFIDENCE),
    "listener-clustered": lambda study: one_way_interval(study[0], study[1], CONFIDENCE),
    "two-way clustered": lambda study: two_way_interval(*study, CONFIDENCE),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
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


if __name__ == "__main__":
    main()
