"""Sessions that answered the same stimulus differently when it came again."""

import pandas as pd

from analysis.engine.conduct import those
from analysis.engine.exclusion import Exclusion, Protocol, declared_check, of_groups
from analysis.engine.repeats import repeated_answers

LARGEST_DIFFERENCE, FAILS_AT = 2.0, 2


def reasons(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return which sessions have too many repeats too far from the first answer, by the check `repeats`.

    If the protocol has none: more than two of five points, twice. Words are too far apart when they differ.
    """
    check = declared_check(protocol, "repeats")
    pairs = repeated_answers(ratings)
    is_word = pairs["point"].isna() | pairs["point_again"].isna()
    distance = (pairs["point_again"] - pairs["point"]).abs()
    too_far = distance > float(check.get("largest_difference", LARGEST_DIFFERENCE))
    is_apart = too_far.where(~is_word, pairs["response_again"] != pairs["response"])
    n_apart = is_apart.groupby(pairs["session"]).sum()
    fails = n_apart >= int(check.get("fails_at", FAILS_AT))
    return of_groups(ratings, "session", those(n_apart, fails, "answered {:g} repeats too far from the first answer"))


REPEATS_APART = Exclusion(
    slug="repeats_apart",
    title="Contradicted themselves on repeats",
    citation="test–retest consistency; compare ITU-R BS.1534-3, 4.1.2",
    reasons=reasons,
)
