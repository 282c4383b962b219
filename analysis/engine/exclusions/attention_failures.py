"""Sessions that heard speech where there was only noise."""

import pandas as pd

from analysis.engine.conduct import those
from analysis.engine.exclusion import Exclusion, Protocol, declared_check, of_groups, on_five_points
from analysis.engine.ratings import NONE_OF_THESE

FAILS_AT = 2
# How far above the bottom of a scale an answer may lie, in points of the scale, or of five where nothing is declared.
TOLERANCE = 1.0


def reasons(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return which sessions named a word in catch trials, which play noise, or put it too far up the scale.

    The limits are those of the protocol's check `noise_catch`; if it has none, more than one of five points, twice.
    Instructed answers cannot be replayed: a rating does not hold which answer was asked for. The study's own check
    judges them, and leaves its verdict in the column `exclusion`.
    """
    check = declared_check(protocol, "noise_catch")
    catches = ratings[ratings["role"] == "catch"]
    height = catches["score"] - catches["scale_min"] if check else on_five_points(catches) - 1
    is_failed = height > float(check.get("tolerance", TOLERANCE))
    is_word = catches["score"].isna()
    is_failed = is_failed.where(~is_word, catches["response"] != NONE_OF_THESE)
    failed = is_failed.groupby(catches["session"]).sum()
    fails = failed >= int(check.get("fails_at", FAILS_AT))
    return of_groups(ratings, "session", those(failed, fails, "heard speech in {:g} sounds of noise"))


ATTENTION_FAILURES = Exclusion(
    slug="attention_failures",
    title="Heard speech in noise",
    citation="catch trials; compare ITU-T P.808, 6.3.4, on trapping questions",
    reasons=reasons,
)
