"""Telling a signal from what is none."""

import math

import numpy as np
import numpy.typing as npt
from scipy import special


def d_prime(hits: int, n_signals: int, false_alarms: int, n_others: int) -> tuple[float, float]:
    """Return d' and criterion of a yes/no decision; NaN without signals, or without others.

    Both rates are corrected log-linearly, (count + 1/2) / (n + 1), so that 0 and 1 stay finite. d' is z(hits) less
    z(false alarms), the criterion minus half their sum. Source: Hautus 1995, "Corrections for extreme proportions and
    their biasing effects on estimated values of d'", Behavior Research Methods 27.
    """
    if n_others == 0 or n_signals == 0:
        return math.nan, math.nan
    hit, alarm = _z(hits, n_signals), _z(false_alarms, n_others)
    return float(hit - alarm), float(-(hit + alarm) / 2)


def sensitivity(
    hits: npt.ArrayLike, n_signals: npt.ArrayLike, false_alarms: npt.ArrayLike, n_others: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Return the d' of many decisions at once; NaN where there are no signals, or no others."""
    there = (np.asarray(n_signals) > 0) & (np.asarray(n_others) > 0)
    return np.where(there, _z(hits, n_signals) - _z(false_alarms, n_others), np.nan)


def _z(count: npt.ArrayLike, n: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return np.asarray(special.ndtri((np.asarray(count) + 0.5) / (np.asarray(n) + 1)))
