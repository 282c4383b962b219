"""How many votes the listener model and the SOS parameter need: `python -m benchmarks.votes_per_sound`.

The model is that of ITU-T P.910, Annex E: score = quality + bias + inconsistency × normal, here rounded to a scale from
1 to 5. Biases have the deviation of the Voice Conversion Challenge 2020 (.41, field notes on statistics, section 2);
inconsistencies lie between .4 and 1.2. Sounds are dealt out at random. Printed are the share of studies in which the
rounds run away, and of the others: by how much inconsistencies come out wrong on average, how they correlate with the
true ones, and the root mean square error of the qualities beside that of plain means.

The SOS parameter is that of scores of the binomial law, which is .25.
"""

import argparse
from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from analysis.engine.listener_model import ListenerModelDidNotConverge, ListenersAreNotConnected, fit_listener_model
from analysis.engine.statistics.standard_deviation_of_scores import fitted_parameter

# Votes of each sound, ratings of each listener.
SIZES = (
    (4, 60), (6, 60), (8, 60), (10, 60), (12, 60), (16, 60), (24, 60),
    (12, 10), (12, 20), (12, 40), (24, 10), (24, 20), (24, 40),
)  # fmt: skip
N_LISTENERS = 48
BIAS = 0.41
SOS_VOTES, SOS_SOUNDS = (2, 3, 4, 5, 6, 8, 12, 16, 24), 100

Study = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    generator = np.random.default_rng(arguments.seed)
    print(f"{arguments.replicates} simulated studies of each size, seed {arguments.seed}, {N_LISTENERS} listeners\n")
    columns = ("votes × ratings", "run away", "inconsistency", "correlation", "error of qualities", "of means")
    _print_row(columns)
    _print_row(["---"] * len(columns))
    for votes, ratings in SIZES:
        _print_row([f"{votes} × {ratings}", *model_cells(votes, ratings, arguments.replicates, generator)])
    print(f"\nSOS parameter of {SOS_SOUNDS} sounds, truth .25\n")
    _print_row(("votes", "mean estimate"))
    _print_row(("---", "---"))
    for votes in SOS_VOTES:
        _print_row([str(votes), f"{sos_estimates(votes, arguments.replicates, generator).mean():.3f}"])


def _print_row(cells: Sequence[str]) -> None:
    print("| " + " | ".join(cells) + " |")


def model_cells(votes: int, ratings: int, replicates: int, generator: np.random.Generator) -> list[str]:
    """Return what the model makes of simulated studies of one size, as the cells of a row."""
    found = []
    for _ in tqdm(range(replicates), desc=f"{votes} × {ratings}", leave=False):
        scores, listeners, sounds, qualities, unsteady = simulated_study(votes, ratings, generator)
        try:
            model = fit_listener_model(scores, listeners, sounds)
        except (ListenerModelDidNotConverge, ListenersAreNotConnected):
            continue
        means = np.bincount(sounds, scores) / np.bincount(sounds)
        found.append(
            (
                np.mean(model.inconsistencies / unsteady) - 1,
                np.corrcoef(model.inconsistencies, unsteady)[0, 1],
                np.sqrt(np.mean((model.qualities - qualities) ** 2)),
                np.sqrt(np.mean((means - qualities) ** 2)),
            )
        )
    away = f"{1 - len(found) / replicates:.1%}"
    if not found:
        return [away, "–", "–", "–", "–"]
    wrong, correlation, error, error_of_means = np.mean(found, axis=0)
    return [away, f"{wrong:+.1%}", f"{correlation:.2f}", f"{error:.3f}", f"{error_of_means:.3f}"]


def simulated_study(votes: int, ratings: int, generator: np.random.Generator) -> Study:
    """Return scores [N], listeners and sounds by number [N], the true qualities [S] and inconsistencies [L]."""
    n_sounds = max(N_LISTENERS * ratings // votes, 2)
    qualities = generator.uniform(1.5, 4.5, n_sounds)
    biases = generator.normal(0, BIAS, N_LISTENERS)
    unsteady = generator.uniform(0.4, 1.2, N_LISTENERS)
    listeners = np.concatenate([generator.permutation(N_LISTENERS)[:votes] for _ in range(n_sounds)])
    sounds = np.repeat(np.arange(n_sounds), votes)
    noise = unsteady[listeners] * generator.normal(size=len(sounds))
    scores = np.clip(np.round(qualities[sounds] + biases[listeners] + noise), 1, 5)
    present, numbers = np.unique(listeners, return_inverse=True)
    return scores, numbers, sounds, qualities, unsteady[present]


def sos_estimates(votes: int, replicates: int, generator: np.random.Generator) -> np.ndarray:
    """Return the SOS parameter of simulated studies [B] whose scores follow the binomial law."""
    scores = 1 + generator.binomial(
        4, generator.uniform(0.05, 0.95, (replicates, SOS_SOUNDS, 1)), (replicates, SOS_SOUNDS, votes)
    )
    means, variances = scores.mean(axis=2), scores.var(axis=2, ddof=1)
    largest = (means - 1) * (5 - means)
    return np.concatenate([fitted_parameter(*study) for study in zip(largest, variances, strict=True)])


if __name__ == "__main__":
    main()
