"""Sessions with answers that came faster than anybody can hear a sound and answer."""

import pandas as pd

from analysis.engine.conduct import those
from analysis.engine.exclusion import Exclusion, Protocol, declared_check, of_groups

FASTEST_SECONDS = 1.0
FAILS_AT = 2


def reasons(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return which sessions answered so many trials within a second of their first showing as `too_fast` fails at.

    Two, if the protocol has no check `too_fast`. A rating does not hold how long its sound is, so one limit stands for
    all sounds: a word of Speech Commands lasts a second. The study's own check knows the lengths, and is stricter.
    Ratings without a time are never too fast.
    """
    trials = ratings.drop_duplicates(["session", "block", "trial_order"])
    n_fast = (trials["response_seconds"] < FASTEST_SECONDS).groupby(trials["session"]).sum()
    fails_at = int(declared_check(protocol, "too_fast").get("fails_at", FAILS_AT))
    return of_groups(ratings, "session", those(n_fast, n_fast >= fails_at, "answered {:g} trials in under a second"))


TOO_FAST = Exclusion(
    slug="too_fast",
    title="Answered faster than possible",
    citation="one limit for all sounds; compare Prolific's rule on exceptionally fast answers",
    reasons=reasons,
)
