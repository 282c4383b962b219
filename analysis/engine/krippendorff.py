"""Krippendorff's alpha from counts of values, with an interval over stimuli."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

LEVELS = ("nominal", "ordinal", "interval")


@dataclass(frozen=True)
class Coincidences:
    """What stimuli with several ratings add to the coincidence matrix: [U, V, V], and the values [V] in order."""

    of_stimulus: Floats
    values: Floats


def coincidences(values: Floats, stimuli: pd.Series) -> Coincidences:
    """Count, for each stimulus with two ratings or more, how often each value stands beside each other value."""
    levels, places = np.unique(values, return_inverse=True)
    counts = np.zeros((stimuli.nunique(), len(levels)))
    np.add.at(counts, (pd.factorize(stimuli, sort=True)[0], places), 1)
    counts = counts[counts.sum(axis=1) >= 2]
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(len(levels))
    return Coincidences(pairs / (counts.sum(axis=1) - 1)[:, None, None], levels)


def alpha(found: Coincidences, level: str, weights: Floats | None = None) -> Floats:
    """Return Krippendorff's alpha at a level of measurement, for each row of weights of the stimuli [B, U] -> [B].

    alpha = 1 - D_o / D_e over coincidences, with the difference function of the level: 0 and 1 (nominal), squared
    difference (interval), squared sum of the frequencies between (ordinal). NaN where all values are equal.
    Source: Krippendorff 2011, "Computing Krippendorff's alpha-reliability", steps B-D. The package `krippendorff` gives
    the same numbers, but only one matrix at a time.
    """
    n_stimuli, n_values = found.of_stimulus.shape[:2]
    weights = np.ones((1, n_stimuli)) if weights is None else weights
    observed = (weights @ found.of_stimulus.reshape(n_stimuli, -1)).reshape(-1, n_values, n_values)
    margins = observed.sum(axis=2)
    differences = _squared_differences(found.values, margins, level)
    total = margins.sum(axis=1)
    disagreement = (observed * differences).sum(axis=(1, 2))
    expected = (margins[:, :, None] * margins[:, None, :] * differences).sum(axis=(1, 2))
    ratio = np.divide(disagreement, expected, out=np.full(len(total), np.nan), where=expected > 0)
    return np.asarray(1 - (total - 1) * ratio)


def _squared_differences(values: Floats, margins: Floats, level: str) -> Floats:
    """Return the squared difference of each pair of values [B or 1, V, V]."""
    if level == "nominal":
        return np.asarray(1 - np.eye(len(values)))[None]
    if level == "interval":
        return np.asarray((values[:, None] - values) ** 2)[None]
    # Frequencies up to the middle of each value: their difference is the sum between, half of each end.
    middles = margins.cumsum(axis=1) - margins / 2
    return np.asarray((middles[:, :, None] - middles[:, None, :]) ** 2)


def bootstrap_alpha(found: Coincidences, level: str, generator: np.random.Generator, resamples: int) -> Floats:
    """Return alpha in resamples of the stimuli, each with all its ratings [B].

    Listeners are not resampled: one drawn twice would agree with itself. Source: Zapf, Castell, Morawietz & Karch 2016,
    "Measuring inter-rater reliability for nominal data", BMC Medical Research Methodology 16:93.
    """
    n_stimuli = len(found.of_stimulus)
    weights = generator.multinomial(n_stimuli, np.full(n_stimuli, 1 / n_stimuli), resamples)
    return alpha(found, level, weights.astype(np.float64))
