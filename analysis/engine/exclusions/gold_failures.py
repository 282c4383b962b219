"""Sessions that missed gold stimuli, whose answers are known."""

import pandas as pd

from analysis.engine.conduct import missed_golds, those
from analysis.engine.exclusion import Exclusion, Protocol, declared_check, of_groups


def reasons(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return which sessions missed so many gold stimuli as the check `gold` fails at; one, without such a check."""
    missed = missed_golds(ratings, protocol)
    fails_at = int(declared_check(protocol, "gold").get("fails_at", 1))
    return of_groups(ratings, "session", those(missed, missed >= fails_at, "missed {:g} gold stimuli"))


GOLD_FAILURES = Exclusion(
    slug="gold_failures",
    title="Missed gold stimuli",
    citation="ITU-T P.808, 6.3.4; Naderi and Cutler 2020",
    reasons=reasons,
)
