"""Sessions that the P.808 toolkit accepts but does not use, as far as ratings show it."""

import pandas as pd

from analysis.engine.conduct import is_unexpected, missed_golds, those, variances
from analysis.engine.exclusion import Exclusion, Protocol, counted, joined, of_groups, on_five_points

LEAST_VARIANCE = 0.1


def reasons(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return which sessions are incomplete, left sounds unplayed, failed all traps or golds, or hardly vary scores.

    One trap and one gold stimulus answered right is enough there, however many a session has. Variances are of the
    votes as they are: CCR's have seven points. The toolkit's further rules for ACR, DCR and CCR (hearing, bandwidth,
    environment, two ears) are screenings: a study that has them names them in the column `exclusion`. Its deletion of
    votes beyond 3.29 standard deviations is off by default for these methods, and is not done here: it trims real
    disagreement. Its limits on a worker's sessions and on acceptance over many sessions (P.804) have no place in a
    study where everybody takes part once.
    """
    golds, traps = (ratings[ratings["role"] == role] for role in ("gold", "trap"))
    missed = missed_golds(ratings, protocol)
    wrong = is_unexpected(traps).groupby(traps["session"]).sum()
    spread = variances(_votes(ratings), ratings["session"], needed=2)
    return joined(
        (
            pd.Series("", index=ratings.index, dtype="str").where(
                ratings["is_complete_session"], "did not answer every trial"
            ),
            of_groups(ratings, "session", _unplayed(ratings)),
            of_groups(ratings, "session", those(wrong, wrong == _each(traps), "failed all of {:g} trapping clips")),
            of_groups(ratings, "session", those(missed, missed == _each(golds), "missed all of {:g} gold stimuli")),
            of_groups(ratings, "session", those(spread, spread < LEAST_VARIANCE, "scores vary by {:.3g} points² only")),
        )
    )


def _each(ratings: pd.DataFrame) -> pd.Series:
    return ratings.groupby("session").size()


def _votes(ratings: pd.DataFrame) -> pd.Series:
    """Return the scores as the toolkit counts them: on five points, and for CCR on seven."""
    votes = counted(ratings)
    return on_five_points(votes).where(votes["method"] != "ccr", votes["score"]).reindex(ratings.index)


def _unplayed(ratings: pd.DataFrame) -> dict[object, str]:
    heard = counted(ratings)
    n_unplayed = (heard["play_count"] == 0).groupby(heard["session"]).sum()
    return those(n_unplayed, n_unplayed > 0, "did not play {:g} of the sounds")


P808 = Exclusion(
    slug="p808",
    title="The rules of the P.808 toolkit",
    citation="ITU-T P.808; Naderi and Cutler 2020; github.com/microsoft/P.808, result_parser.py",
    reasons=reasons,
)
