"""Telling a signal from what is none."""

import math

from scipy import stats


def d_prime(hits: int, n_signals: int, false_alarms: int, n_others: int) -> tuple[float, float]:
    """Return d' and criterion of a yes/no decision; NaN without signals, or without others.

    Both rates are corrected log-linearly, (count + 1/2) / (n + 1), so that 0 and 1 stay finite. d' is z(hits) less
    z(false alarms), the criterion minus half their sum. Source: Hautus 1995, "Corrections for extreme proportions and
    their biasing effects on estimated values of d'", Behavior Research Methods 27.
    """
    if n_others == 0 or n_signals == 0:
        return math.nan, math.nan
    hit, alarm = (
        float(stats.norm.ppf((count + 0.5) / (n + 1))) for count, n in ((hits, n_signals), (false_alarms, n_others))
    )
    return hit - alarm, -(hit + alarm) / 2
