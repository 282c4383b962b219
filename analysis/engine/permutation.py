"""Permutation tests of pairs of systems that respect listeners and stimuli.

A relabelling swaps the two systems for whole clusters of ratings, so what it makes of the statistic follows from sums
over cells (a listener's ratings of a stimulus): no rating is ever relabelled by itself, and a thousand relabellings
are a few matrix products.
"""

import numpy as np
import numpy.typing as npt

from analysis.engine.rated_system import rated_systems
from analysis.engine.swapped_pair import SwappedListeners, SwappedPair

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Labels = npt.NDArray[np.bool_]

PERMUTATIONS = 999
# Relabellings that give the same statistic may differ by rounding.
TIE = 1e-9


def permutation_p(
    scores: Floats,
    is_first: Labels,
    listeners: Codes,
    stimuli: Codes,
    generator: np.random.Generator,
    permutations: int = PERMUTATIONS,
) -> float:
    """Return the p of `PermutationTest` for two systems from the ratings [N] of both."""
    systems = np.where(is_first, 0, 1)
    test = PermutationTest(scores, systems, listeners, stimuli, generator, permutations)
    return float(test.p_values()[0, 1])


class PermutationTest:
    """Tests any two systems of a study: scores [N], and systems, listeners and stimuli as codes [N] from 0.

    Ratings are never exchanged one by one. Once the labels of whole stimuli are permuted, once each listener's answers
    to both systems are swapped as a whole; the larger p counts. Where a stimulus is an item that both systems said, its
    labels are swapped too. Each way alone would be anticonservative against the other's variance, so the statistic is
    the difference over its two-way cluster-robust error, which follows nearly the same law whatever the variances
    (Janssen 1997, Statistics & Probability Letters 36; Chung & Romano 2013, Annals of Statistics 41(2)). Which
    listeners are swapped is drawn once for all pairs.
    """

    def __init__(
        self,
        scores: Floats,
        systems: Codes,
        listeners: Codes,
        stimuli: Codes,
        generator: np.random.Generator,
        permutations: int = PERMUTATIONS,
    ) -> None:
        # Less a whole number: sums of whole scores stay exact, and squares lose no digits.
        self._systems = rated_systems(scores - np.round(scores.mean()), systems, listeners, stimuli)
        self._generator = generator
        self._permutations = permutations
        self._listener_swaps = _coins(generator, permutations, int(listeners.max()) + 1)
        self._stimulus_swaps: dict[tuple[int, int], Floats] = {}

    def p_values(self) -> Floats:
        """Return the two-sided p of no difference between two systems, for each pair [K, K].

        Above the diagonal; NaN elsewhere, and for a pair without variance.
        """
        p_values = np.full((len(self._systems),) * 2, np.nan)
        swapped = [SwappedListeners.of(system, self._listener_swaps) for system in self._systems]
        for first, system in enumerate(self._systems[:-1]):
            pairs = [SwappedPair(system, other) for other in self._systems[first + 1 :]]
            for second, (pair, crossed) in enumerate(zip(pairs, self._crossed(pairs), strict=True), first + 1):
                p_values[first, second] = self._p(pair, swapped[first], swapped[second], crossed)
        return p_values

    def _crossed(self, pairs: list[SwappedPair]) -> Floats:
        """Return the sums of `crossed_by_listener` of each pair over the swapped listeners [P, 2, B]."""
        crossed = np.concatenate([pair.crossed_by_listener for pair in pairs])
        summed = np.zeros((len(crossed), self._permutations))
        # Systems without a stimulus in common have no cell in common either.
        is_any = crossed.any(axis=1)
        summed[is_any] = crossed[is_any] @ self._listener_swaps
        return summed.reshape(len(pairs), 2, -1)

    def _p(self, pair: SwappedPair, own: SwappedListeners, others: SwappedListeners, crossed: Floats) -> float:
        observed = pair.stimuli_swapped(np.zeros((pair.n_stimuli, 1)))[0]
        if np.isnan(observed):
            return float("nan")
        permuted = (
            pair.stimuli_swapped(self._swaps_of_stimuli(pair)),
            pair.listeners_swapped(own, others, crossed),
        )
        return max(_share_as_far(observed, statistics) for statistics in permuted)

    def _swaps_of_stimuli(self, pair: SwappedPair) -> Floats:
        """Return for which stimuli [S, B] the label changes: labels permuted, or swapped where a stimulus has both.

        Drawn once for all pairs with as many stimuli of either system.
        """
        n_first = -1 if pair.n_shared else len(pair.first.stimuli)
        key = (pair.n_stimuli, n_first)
        if key not in self._stimulus_swaps:
            draw = _coins if pair.n_shared else _permuted
            self._stimulus_swaps[key] = draw(self._generator, self._permutations, *key[: 1 if pair.n_shared else 2])
        return self._stimulus_swaps[key]


def _coins(generator: np.random.Generator, permutations: int, n_clusters: int) -> Floats:
    """Return 1 with even chances for each cluster [G, B], else 0."""
    return (generator.random((permutations, n_clusters)) < 0.5).T.astype(np.float64, order="C")


def _permuted(generator: np.random.Generator, permutations: int, n_stimuli: int, n_first: int) -> Floats:
    """Return 1 where permuting the labels of stimuli [S, B], the first system's first, changes them, else 0."""
    labels = np.tile(np.arange(n_stimuli) < n_first, (permutations, 1))
    return (generator.permuted(labels, axis=1) ^ labels).T.astype(np.float64, order="C")


def _share_as_far(observed: float, permuted: Floats) -> float:
    as_far = np.nansum(permuted >= observed * (1 - TIE))
    return float((1 + as_far) / (1 + len(permuted)))
