"""The share of right answers of a cell, with intervals."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.engine.intervals import one_way_interval, two_way_interval, wilson_interval, within_unit


def share_of_right_answers(answers: pd.DataFrame, is_right: "pd.Series[bool]", confidence: float) -> dict[str, Any]:
    """Return the share of a cell's answers that are right; `answers` has the columns listener and clip_key.

    `low` and `high` hold for other listeners and other clips (two-way cluster-robust), `listener_low` and
    `listener_high` for other listeners who hear these clips, `wilson_low` and `wilson_high` take the answers for
    independent.
    """
    right = np.asarray(is_right, dtype=np.float64)
    two_way = within_unit(two_way_interval(right, answers["listener"], answers["clip_key"], confidence))
    listener = within_unit(one_way_interval(right, answers["listener"], confidence))
    wilson = wilson_interval(int(right.sum()), len(right), confidence)
    return {
        "estimate": two_way.estimate,
        "low": two_way.low,
        "high": two_way.high,
        "n": len(answers),
        "n_correct": int(right.sum()),
        "n_listeners": answers["listener"].nunique(),
        "n_stimuli": answers["clip_key"].nunique(),
        "listener_low": listener.low,
        "listener_high": listener.high,
        "wilson_low": wilson.low,
        "wilson_high": wilson.high,
        "method": two_way.method,
        "note": two_way.note,
    }
