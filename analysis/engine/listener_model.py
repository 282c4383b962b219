"""Scores taken apart into what a stimulus is worth, how high a listener scores, and how unsteadily (ITU-T P.910)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

CONVERGED_AT = 1e-10
MOST_ROUNDS = 5_000
# Keeps the weight of a listener without inconsistency finite; that of sureal 0.9.0.
LEAST_VARIANCE = 1e-8
# Below this share of the scores' own deviation, rounding and not a listener is inconsistent.
COLLAPSED_AT = 1e-3


class ListenerModelDidNotConverge(Exception):
    """The qualities still move after the last round, or a listener's inconsistency has shrunk to nothing."""


class ListenersAreNotConnected(Exception):
    """Some listeners share no stimulus with the others, directly or through third ones: biases cannot be compared."""


@dataclass(frozen=True)
class ListenerModel:
    """score = quality of the stimulus + bias of the listener + inconsistency of the listener × standard normal.

    `qualities` and `quality_errors` [S], `biases` and `inconsistencies` [L]; biases have the mean 0.
    """

    qualities: Floats
    quality_errors: Floats
    biases: Floats
    inconsistencies: Floats


def fit_listener_model(scores: Floats, listeners: Codes, stimuli: Codes) -> ListenerModel:
    """Fit qualities, biases and inconsistencies to scores [N] of listeners and stimuli by number [N].

    With u the scores, the qualities q begin as means and the biases b as mean differences from them; then, in turn,
    v² = mean over the listener's stimuli of (u - q - b)², q = sum of (u - b) / v² over sum of 1 / v² over the
    stimulus's listeners, b = mean over the listener's stimuli of u - q, until q stays where it is. The error of a
    quality is the deviation of its residuals over the root of their number. Source: ITU-T P.910 (2022), Annex E; Li,
    Bampis, Krasula, Janowski & Katsavounidis 2020, "A simple model for subject behavior in subjective experiments".

    The likelihood has no greatest value: it grows without limit as one listener's inconsistency shrinks to nothing.
    With many ratings of each stimulus the rounds end at the maximum that is meant; with few they run away.
    Raises ListenersAreNotConnected and ListenerModelDidNotConverge.
    """
    _check_connected(listeners, stimuli)
    each, of_stimulus = np.bincount(listeners), np.bincount(stimuli)
    qualities = np.bincount(stimuli, scores) / of_stimulus
    biases = np.bincount(listeners, scores - qualities[stimuli]) / each
    for _ in range(MOST_ROUNDS):
        residuals = scores - qualities[stimuli] - biases[listeners]
        variances = np.bincount(listeners, residuals**2) / each
        _check_not_collapsed(scores, np.sqrt(variances))
        weights = 1 / (variances + LEAST_VARIANCE)[listeners]
        before = qualities
        qualities = np.bincount(stimuli, weights * (scores - biases[listeners])) / np.bincount(stimuli, weights)
        biases = np.bincount(listeners, scores - qualities[stimuli]) / each
        if np.linalg.norm(qualities - before) < CONVERGED_AT:
            break
    else:
        raise ListenerModelDidNotConverge(f"The listener model did not settle in {MOST_ROUNDS} rounds.")
    residuals = scores - qualities[stimuli] - biases[listeners]
    means = np.bincount(stimuli, residuals) / of_stimulus
    deviations = np.sqrt(np.bincount(stimuli, (residuals - means[stimuli]) ** 2) / of_stimulus)
    middle = biases.mean()
    return ListenerModel(qualities + middle, deviations / np.sqrt(of_stimulus), biases - middle, np.sqrt(variances))


def _check_connected(listeners: Codes, stimuli: Codes) -> None:
    n_listeners = listeners.max() + 1
    n_nodes = n_listeners + stimuli.max() + 1
    links = sparse.coo_array((np.ones(len(listeners)), (listeners, n_listeners + stimuli)), shape=(n_nodes, n_nodes))
    n_groups = int(connected_components(links, directed=False)[0])
    if n_groups > 1:
        raise ListenersAreNotConnected(
            f"The listeners form {n_groups} groups that share no sound, so that nobody can say whose scores are high."
        )


def _check_not_collapsed(scores: Floats, inconsistencies: Floats) -> None:
    if inconsistencies.max() > 0 and inconsistencies.min() < COLLAPSED_AT * scores.std():
        raise ListenerModelDidNotConverge(
            "The listener model gives one listener all weight, and explains that listener's scores without any error: "
            "there are too few ratings for it."
        )
