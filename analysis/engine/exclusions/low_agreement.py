"""Listeners whose scores do not go with those of the others."""

import pandas as pd

from analysis.engine.conduct import those
from analysis.engine.exclusion import Exclusion, Protocol, counted, of_groups, on_five_points
from analysis.engine.group_correlations import group_correlations

# No published limits: those of P.804 (r < 0.5 of at least 3 votes) count the listener's own votes among the others'.
LEAST_CORRELATION = 0.3
STIMULI_NEEDED = 20


def reasons(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return which listeners correlate by less than 0.3 with the others, over at least 20 stimuli."""
    correlations = leave_one_out_correlations(ratings)
    says = "scores correlate by {:.2f} with those of the others"
    return of_groups(ratings, "listener", those(correlations, correlations < LEAST_CORRELATION, says))


def leave_one_out_correlations(ratings: pd.DataFrame, stimuli_needed: int = STIMULI_NEEDED) -> pd.Series:
    """Return each listener's Pearson correlation with the mean score of all others on the same stimuli.

    With S and N the sum and number of all scores of a stimulus, s and n the listener's own, the others' mean is
    (S - s) / (N - n). Listeners who share fewer stimuli with others, or whose scores do not vary, have none.
    """
    scored = counted(ratings).assign(point=lambda frame: on_five_points(frame)).dropna(subset=["point"])
    cells = scored.groupby(["listener", "method", "stimulus"], sort=True)["point"].agg(["sum", "count"]).reset_index()
    every = cells.groupby(["method", "stimulus"])[["sum", "count"]].transform("sum")
    cells = cells.assign(others=every["sum"] - cells["sum"], n_others=every["count"] - cells["count"])
    cells = cells[cells["n_others"] > 0]
    cells = cells.assign(own=cells["sum"] / cells["count"], others=cells["others"] / cells["n_others"])
    cells = cells[cells.groupby("listener")["own"].transform("size") >= stimuli_needed]
    listeners, names = pd.factorize(cells["listener"])
    found = group_correlations(cells["own"].to_numpy(), cells["others"].to_numpy(), listeners, len(names))
    return pd.Series(found, index=names).dropna()


LOW_AGREEMENT = Exclusion(
    slug="low_agreement",
    title="Disagreed with the others",
    citation="leave-one-out correlation; compare the P.808 toolkit, whose mean includes the listener judged",
    reasons=reasons,
)
