"""Sessions that one of the study's own screenings excluded while it ran."""

import pandas as pd

from analysis.engine.exclusion import Exclusion, Protocol


def reasons(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return which screening a session failed: the column `exclusion` says it."""
    return ("failed the screening " + ratings["exclusion"]).where(ratings["exclusion"] != "", "")


FAILED_SCREENING = Exclusion(
    slug="failed_screening",
    title="Failed one of the study's screenings",
    citation="the study's protocol",
    reasons=reasons,
)
