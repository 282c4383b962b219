"""Correlations of two values within each of many groups, all at once."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


def group_correlations(first: Floats, second: Floats, groups: Codes, n_groups: int) -> Floats:
    """Return Pearson's correlation of both values [N] within each group, given by codes [N]; NaN where one is constant.

    -> [n_groups], NaN too of a group without values.
    """
    counts = np.bincount(groups, minlength=n_groups)
    is_defined = counts > 0
    centred = []
    for values in (first, second):
        low, high = np.full(n_groups, np.inf), np.full(n_groups, -np.inf)
        np.minimum.at(low, groups, values)
        np.maximum.at(high, groups, values)
        is_defined &= low < high
        means = np.bincount(groups, values, n_groups) / np.maximum(counts, 1)
        centred.append(values - means[groups])
    one, other = centred
    together, alone, beside = (np.bincount(groups, products, n_groups) for products in (one * other, one**2, other**2))
    found = np.divide(together, np.sqrt(alone * beside), out=np.full(n_groups, np.nan), where=is_defined)
    return np.asarray(np.clip(found, -1, 1))
