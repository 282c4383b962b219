"""The ordinal model beside statsmodels' OrderedModel on real ratings: `python -m benchmarks.ordinal_check`.

Both fit answers ~ system to English ratings of the Voice Conversion Challenge 2020. Time is CPU seconds of one process;
pin the BLAS to one thread (OMP_NUM_THREADS=1).
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.miscmodels.ordinal_model import OrderedModel

from analysis.engine.proportional_odds import fit_proportional_odds
from benchmarks.statistics import RATINGS, voice_conversion


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=RATINGS, help="folder with vcc2020/")
    parser.add_argument("--ratings", type=int, default=10_000, help="how many to draw")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    whole = voice_conversion(arguments.folder / "vcc2020" / "english_naturalness.csv.gz")
    drawn = whole.sample(arguments.ratings, random_state=arguments.seed)
    systems, answers = (pd.factorize(drawn[name], sort=True)[0] for name in ("system", "score"))
    print("| | ours | statsmodels | ratio or difference |\n|---|---|---|---|")
    started = time.process_time()
    ours = fit_proportional_odds(pd.crosstab(systems, answers).to_numpy(dtype=float))
    fitted = time.process_time()
    design = (systems[:, None] == np.arange(1, systems.max() + 1)).astype(float)
    model = OrderedModel(pd.Categorical(drawn["score"], ordered=True), design, distr="logit")
    theirs = model.fit(method="bfgs", disp=False, maxiter=1000)
    seconds = fitted - started, time.process_time() - fitted
    thresholds = model.transform_threshold_params(theirs.params)[1:-1]
    what = f"CPU s, {len(drawn):,} ratings of {systems.max() + 1} systems"
    print(f"| {what} | {seconds[0]:.3f} | {seconds[1]:.1f} | {seconds[1] / seconds[0]:.0f} |")
    print(f"| log likelihood | {ours.log_likelihood:.6f} | {theirs.llf:.6f} | {ours.log_likelihood - theirs.llf:.1e} |")
    _difference("thresholds", ours.thresholds, thresholds)
    _difference("effects of systems", ours.effects, np.asarray(theirs.params[: len(ours.effects)]))


def _difference(what: str, ours: np.ndarray, theirs: np.ndarray) -> None:
    first = [" ".join(f"{value:.4f}" for value in values[:4]) for values in (ours, theirs)]
    print(f"| {what} (first four; largest difference) | {first[0]} | {first[1]} | {np.abs(ours - theirs).max():.1e} |")


if __name__ == "__main__":
    main()
