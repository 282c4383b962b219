"""Sessions that heard speech where there was only noise, or did not do what a trial told them to."""

import pandas as pd

from analysis.engine.conduct import is_unexpected, those
from analysis.engine.exclusion import Exclusion, Protocol, declared_check, joined, of_groups, on_five_points
from analysis.engine.ratings import NONE_OF_THESE

FAILS_AT = 2
# How far above the bottom of a scale an answer may lie, in points of the scale, or of five where nothing is declared.
TOLERANCE = 1.0


def reasons(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return which sessions failed catch trials, which play noise, or traps, which say what to answer.

    Noise must be no word, or stand at the bottom of the scale. The limits are those of the protocol's checks
    `noise_catch` and `instructed_response`; without them two failures, and one of five points for noise.
    """
    traps = ratings[ratings["role"] == "trap"]
    n_wrong = is_unexpected(traps).groupby(traps["session"]).sum()
    wrong_at = int(declared_check(protocol, "instructed_response").get("fails_at", FAILS_AT))
    n_heard, heard_at = _heard_in_noise(ratings, protocol)
    return joined(
        (
            of_groups(ratings, "session", those(n_heard, n_heard >= heard_at, "heard speech in {:g} sounds of noise")),
            of_groups(ratings, "session", those(n_wrong, n_wrong >= wrong_at, "did not follow {:g} instructions")),
        )
    )


def _heard_in_noise(ratings: pd.DataFrame, protocol: Protocol) -> tuple[pd.Series, int]:
    """Return in how many sounds of noise each session heard speech, and how many are too many."""
    check = declared_check(protocol, "noise_catch")
    catches = ratings[ratings["role"] == "catch"]
    height = catches["score"] - catches["scale_min"] if check else on_five_points(catches) - 1
    is_failed = height > float(check.get("tolerance", TOLERANCE))
    is_word = catches["score"].isna()
    is_failed = is_failed.where(~is_word, catches["response"] != NONE_OF_THESE)
    return is_failed.groupby(catches["session"]).sum(), int(check.get("fails_at", FAILS_AT))


ATTENTION_FAILURES = Exclusion(
    slug="attention_failures",
    title="Heard speech in noise, or did not follow instructions",
    citation="catch trials and instructed responses; compare ITU-T P.808, 6.3.4, on trapping questions",
    reasons=reasons,
)
