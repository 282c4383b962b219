"""Listeners who did not find the hidden reference of a MUSHRA test.

The rule raises the hidden reference's own mean by construction, which is why it is marked; the systems are compared
with one another, and it does not look at their scores.
"""

import pandas as pd

from analysis.engine.conduct import those
from analysis.engine.exclusion import Exclusion, Protocol, of_groups
from analysis.engine.hidden_references import missed_references


def reasons(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return which listeners gave the hidden reference less than 90 of 100 in more than 15 % of their trials."""
    missed = missed_references(ratings)
    says = "gave the hidden reference less than 90 in {:.0%} of the trials"
    return of_groups(ratings, "listener", those(missed["share_missed"], missed["is_left_out"], says))


HIDDEN_REFERENCE = Exclusion(
    slug="hidden_reference",
    title="Did not find the hidden reference",
    citation="ITU-R BS.1534-3, 4.1.2, post-screening",
    reasons=reasons,
    is_outcome_dependent=True,
)
