"""What the heavy statistics cost, beside what is at hand: `python -m benchmarks.statistics`.

Each ratio is measured in one run, in CPU seconds of one process; pin the BLAS to one thread (OMP_NUM_THREADS=1).
"""

import argparse
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.regression.mixed_linear_model import MixedLM

from analysis.engine.bootstrap import rating_table, two_way_bootstrap
from analysis.engine.crossed import fit_crossed
from analysis.engine.permutation import PERMUTATIONS, PermutationTest

RATINGS = Path(__file__).resolve().parents[2] / "shared" / "data" / "ratings"
RESAMPLES = 10_000
# What statsmodels finishes in about a second; its time grows with the cube of the ratings.
RATINGS_FOR_STATSMODELS = 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ratings", type=Path, default=RATINGS, help="folder with vcc2020/")
    parser.add_argument("--pandas-resamples", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    generator = np.random.default_rng(arguments.seed)
    print("| what | ours, CPU s | beside it, CPU s | ratio |\n|---|---|---|---|")
    _bootstrap(simulated_study(generator), arguments.pandas_resamples, generator)
    path = arguments.ratings / "vcc2020" / "english_naturalness.csv.gz"
    if path.exists():
        _mixed_model(voice_conversion(path), generator)
        _pairs(voice_conversion(path))
    else:
        print(f"\nThe mixed model was not measured: {path} is missing (--ratings).")


def simulated_study(generator: np.random.Generator) -> pd.DataFrame:
    """Return 30,000 ratings: 150 listeners, 40 systems, 5 of each system's 25 stimuli."""
    listeners, systems, _ = (place.ravel() for place in np.indices((150, 40, 5)))
    stimuli = np.concatenate([generator.permutation(25)[:5] for _ in range(150 * 40)]) + 25 * systems
    scores = generator.integers(1, 6, listeners.size).astype(float)
    return pd.DataFrame({"listener": listeners, "system": systems, "stimulus": stimuli, "score": scores})


def voice_conversion(path: Path) -> pd.DataFrame:
    """Return the valid English ratings of the Voice Conversion Challenge 2020."""
    ratings = pd.read_csv(path)
    valid = ratings[ratings["state"] == "Valid"].rename(columns={"sample": "stimulus"})
    return valid.assign(score=valid["score"].astype(float)).reset_index(drop=True)


def cpu_seconds(work: Callable[[], Any]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _bootstrap(study: pd.DataFrame, pandas_resamples: int, generator: np.random.Generator) -> None:
    def by_counts() -> None:
        columns = (study[name] for name in ("listener", "stimulus", "system"))
        two_way_bootstrap(rating_table(study["score"].to_numpy(), *columns), generator, RESAMPLES)

    ours = cpu_seconds(by_counts)
    measured = cpu_seconds(lambda: [resampled_by_pandas(study, generator) for _ in range(pandas_resamples)])
    beside = measured * RESAMPLES / pandas_resamples
    what = f"two-way bootstrap, {RESAMPLES:,} resamples of {len(study):,} ratings; pandas from {pandas_resamples}"
    print(f"| {what} | {ours:.2f} | {beside:.0f} | {beside / ours:.0f} |", flush=True)


def resampled_by_pandas(study: pd.DataFrame, generator: np.random.Generator) -> pd.Series:
    """Return the systems' means of one resample, by concatenating the drawn stimuli and merging the drawn listeners."""
    listeners = study["listener"].unique()
    drawn = pd.DataFrame({"listener": generator.choice(listeners, len(listeners))})
    stimuli = []
    for system, own in study.groupby("system")["stimulus"]:
        choices = own.unique()
        stimuli.append(pd.DataFrame({"system": system, "stimulus": generator.choice(choices, len(choices))}))
    merged = pd.concat(stimuli).merge(study, on=["system", "stimulus"]).merge(drawn, on="listener")
    return merged.groupby("system")["score"].mean()


def _mixed_model(ratings: pd.DataFrame, generator: np.random.Generator) -> None:
    small = ratings.sample(RATINGS_FOR_STATSMODELS, random_state=generator).reset_index(drop=True)
    ours, beside = cpu_seconds(lambda: _fit(small)), cpu_seconds(lambda: fit_by_statsmodels(small))
    print(f"| mixed model, {len(small):,} ratings; statsmodels MixedLM | {ours:.3f} | {beside:.1f} "
          f"| {beside / ours:.0f} |", flush=True)  # fmt: skip
    whole = cpu_seconds(lambda: _fit(ratings))
    print(f"| mixed model, {len(ratings):,} ratings of {ratings['system'].nunique()} systems | {whole:.2f} | | |")


def _pairs(ratings: pd.DataFrame) -> None:
    systems, listeners, stimuli = (
        pd.factorize(ratings[name], sort=True)[0] for name in ("system", "listener", "stimulus")
    )

    def all_pairs() -> None:
        scores = ratings["score"].to_numpy()
        PermutationTest(scores, systems, listeners, stimuli, np.random.default_rng(1), PERMUTATIONS).p_values()

    n_pairs = math.comb(int(systems.max()) + 1, 2)
    what = f"permutation test, {n_pairs:,} pairs of systems, {PERMUTATIONS} swaps of listeners and of stimuli each"
    print(f"| {what} | {cpu_seconds(all_pairs):.1f} | | |")


def _fit(ratings: pd.DataFrame) -> None:
    fit_crossed(ratings["score"].to_numpy(), ratings["system"], ratings["listener"], ratings["stimulus"])


def fit_by_statsmodels(ratings: pd.DataFrame) -> Any:
    """Fit the same model as variance components of one group, the only way MixedLM has for crossed factors."""
    components = {"listener": "0 + C(listener)", "stimulus": "0 + C(stimulus)"}
    groups = np.ones(len(ratings))
    return MixedLM.from_formula("score ~ 0 + system", ratings, groups=groups, vc_formula=components).fit(reml=True)


if __name__ == "__main__":
    main()
