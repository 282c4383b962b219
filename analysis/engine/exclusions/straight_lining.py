"""Sessions that gave one answer all the time."""

import pandas as pd

from analysis.engine.conduct import longest_runs, score_variances, those
from analysis.engine.exclusion import Exclusion, Protocol, declared_check, joined, of_groups

LONGEST_RUN, LEAST_VARIANCE, TRIALS_NEEDED = 10, 0.1, 5


def reasons(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return which sessions gave the same answer too often running, or scores that hardly vary.

    The limits are those of the protocol's check `straight_lining`; if it has none, runs of 10 and a variance below 0.1
    points² of at least 5 scores.
    """
    check = declared_check(protocol, "straight_lining")
    runs = longest_runs(ratings)
    too_long = runs >= int(check.get("longest_run", LONGEST_RUN))
    variances = score_variances(ratings, int(check.get("trials_needed", TRIALS_NEEDED)))
    too_small = variances < float(check.get("least_variance", LEAST_VARIANCE))
    return joined(
        (
            of_groups(ratings, "session", those(runs, too_long, "gave the same answer {:g} times running")),
            of_groups(ratings, "session", those(variances, too_small, "scores vary by {:.3g} points² only")),
        )
    )


STRAIGHT_LINING = Exclusion(
    slug="straight_lining",
    title="One answer all the time",
    citation="Naderi and Cutler 2020, the P.808 toolkit's variance rule, and runs",
    reasons=reasons,
)
