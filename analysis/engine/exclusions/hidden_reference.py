"""Listeners who did not find the hidden reference of a MUSHRA test.

The rule raises the hidden reference's own mean by construction, which is why it is marked; the systems are compared
with one another, and it does not look at their scores.
"""

import pandas as pd

from analysis.engine.conduct import those
from analysis.engine.exclusion import Exclusion, Protocol, of_groups

LEAST_SCORE = 0.9
LARGEST_SHARE = 0.15


def reasons(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return which listeners gave the hidden reference less than 90 of 100 in more than 15 % of their trials."""
    references = ratings[(ratings["method"] == "mushra") & (ratings["role"] == "hidden_reference")]
    height = (references["score"] - references["scale_min"]) / (references["scale_max"] - references["scale_min"])
    shares = (height < LEAST_SCORE).groupby(references["listener"]).mean()
    says = "gave the hidden reference less than 90 in {:.0%} of the trials"
    return of_groups(ratings, "listener", those(shares, shares > LARGEST_SHARE, says))


HIDDEN_REFERENCE = Exclusion(
    slug="hidden_reference",
    title="Did not find the hidden reference",
    citation="ITU-R BS.1534-3, 4.1.2, post-screening",
    reasons=reasons,
    is_outcome_dependent=True,
)
