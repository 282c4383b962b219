"""Sessions with answers that came before their sounds could have been heard to the end."""

import pandas as pd

from analysis.engine.conduct import those, trials_of
from analysis.engine.exclusion import Exclusion, Protocol, declared_check, of_groups

MARGIN_SECONDS = 0.25
# Where nobody says how long a sound is: a word of Speech Commands lasts a second.
UNKNOWN_SECONDS = 1.25
FAILS_AT = 2


def reasons(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return which sessions answered too many trials before their sounds could have ended, by the check `too_fast`.

    That is sooner after the trial's first showing than its longest rated sound lasts, less a margin. If the protocol
    has no such check: a quarter of a second, twice. A sound of unknown length is taken to last a second and a quarter.
    A page that was answered and never shown took no time; without any times nothing is too fast. The study's own check
    also knows unrated references and how often a sound must be played, and is stricter by that.
    """
    check = declared_check(protocol, "too_fast")
    trials = trials_of(ratings)
    earliest = trials["sound_seconds"].fillna(UNKNOWN_SECONDS) - float(check.get("margin_seconds", MARGIN_SECONDS))
    is_fast = (trials["response_seconds"] < earliest) | _was_never_shown(trials)
    n_fast = is_fast.groupby(trials["session"]).sum()
    fails = n_fast >= int(check.get("fails_at", FAILS_AT))
    return of_groups(ratings, "session", those(n_fast, fails, "answered {:g} trials before their sounds could end"))


def _was_never_shown(trials: pd.DataFrame) -> pd.Series:
    """Return which trials have an answer's time and none of showing, where the sound's length tells they are ours."""
    return trials["first_shown_at"].isna() & trials["answered_at"].notna() & trials["sound_seconds"].notna()


TOO_FAST = Exclusion(
    slug="too_fast",
    title="Answered before the sound could end",
    citation="the lengths of the sounds; compare ITU-T P.808, which leaves the time to the listener's browser",
    reasons=reasons,
)
