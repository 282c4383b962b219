"""Sessions whose page was out of sight while sounds played."""

import pandas as pd

from analysis.engine.conduct import those, trials_of
from analysis.engine.exclusion import Exclusion, Protocol, declared_check, of_groups

SECONDS, FAILS_AT = 0.5, 3


def reasons(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return which sessions had their page hidden in too many trials, by the limits of the check `hidden_tab`.

    Only the time counts while a sound was playing. If the protocol has no such check: longer than half a second, three
    times. What the browser did not report is not hidden.
    """
    check = declared_check(protocol, "hidden_tab")
    trials = trials_of(ratings)
    is_hidden = trials["hidden_while_playing_seconds"] > float(check.get("seconds", SECONDS))
    n_hidden = is_hidden.groupby(trials["session"]).sum()
    fails = n_hidden >= int(check.get("fails_at", FAILS_AT))
    return of_groups(ratings, "session", those(n_hidden, fails, "hid the page while sounds played in {:g} trials"))


HIDDEN_TAB = Exclusion(
    slug="hidden_tab",
    title="Hid the page while a sound played",
    citation="the page visibility that the P.808 toolkit records without using it",
    reasons=reasons,
)
