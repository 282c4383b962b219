"""Whether a listener's scores are outliers: the screenings of ITU-R BT.500-14, A1-2.3.1, and ITU-T P.913, 12.4."""

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

# Kurtosis between these: the scores of a stimulus are taken for normal.
NORMAL = (2.0, 4.0)
DEVIATIONS, DEVIATIONS_IF_NOT_NORMAL = 2.0, float(np.sqrt(20))
LARGEST_SHARE, LARGEST_IMBALANCE = 0.05, 0.3


def screened_by_bt500(scores: Floats, listeners: Codes, stimuli: Codes) -> pd.DataFrame:
    """Return, by listener: share of outlying scores, imbalance between high and low ones, and is_rejected.

    Scores [N] of listeners and stimuli by number [N]. A score is an outlier from two standard deviations (over n) off
    its stimulus's mean, or from the root of 20 where the stimulus's kurtosis is not between 2 and 4. Rejected is who
    has outliers in more than 5 % of the scores, high and low ones alike (imbalance below .3): who errs to one side is
    biased, which is no reason. Missing ratings count neither way; sureal 0.9.0 divides by all stimuli.
    """
    counts = np.bincount(stimuli)
    centred = scores - (np.bincount(stimuli, scores) / counts)[stimuli]
    second, fourth = (np.bincount(stimuli, centred**power) / counts for power in (2, 4))
    kurtosis = np.divide(fourth, second**2, out=np.full(len(counts), np.nan), where=second > 0)
    is_normal = (kurtosis >= NORMAL[0]) & (kurtosis <= NORMAL[1])
    reach = (np.where(is_normal, DEVIATIONS, DEVIATIONS_IF_NOT_NORMAL) * np.sqrt(second))[stimuli]
    varies = second[stimuli] > 0
    high = np.bincount(listeners, varies & (centred >= reach))
    low = np.bincount(listeners, varies & (centred <= -reach))
    share = (high + low) / np.bincount(listeners)
    imbalance = np.divide(np.abs(high - low), high + low, out=np.full(len(share), np.nan), where=high + low > 0)
    is_rejected = (share > LARGEST_SHARE) & (imbalance < LARGEST_IMBALANCE)
    return pd.DataFrame({"share": share, "imbalance": imbalance, "is_rejected": is_rejected})


def without_bias(scores: Floats, listeners: Codes, stimuli: Codes) -> Floats:
    """Return scores [N] less each listener's mean difference from the stimuli's means (ITU-T P.913, 12.4)."""
    differences = scores - (np.bincount(stimuli, scores) / np.bincount(stimuli))[stimuli]
    return np.asarray(scores - (np.bincount(listeners, differences) / np.bincount(listeners))[listeners])
