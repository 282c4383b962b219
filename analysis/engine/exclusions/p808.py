"""Sessions that the P.808 toolkit accepts but does not use, as far as ratings show it."""

import pandas as pd

from analysis.engine.conduct import missed_golds, score_variances, those
from analysis.engine.exclusion import Exclusion, Protocol, counted, joined, of_groups

LEAST_VARIANCE = 0.1


def reasons(ratings: pd.DataFrame, protocol: Protocol) -> pd.Series:
    """Return which sessions are incomplete, left sounds unplayed, missed a gold stimulus or hardly vary their scores.

    The toolkit's further rules (trapping clips, hearing, environment, two ears) are screenings: a study that has them
    names them in the column `exclusion`. Its deletion of votes beyond 3.29 standard deviations is off by default for
    ACR, DCR and CCR there, and is not done here: it trims real disagreement.
    """
    missed = missed_golds(ratings, protocol)
    variances = score_variances(ratings, trials_needed=2)
    return joined(
        (
            pd.Series("", index=ratings.index, dtype="str").where(
                ratings["is_complete_session"], "did not answer every trial"
            ),
            of_groups(ratings, "session", _unplayed(ratings)),
            of_groups(ratings, "session", those(missed, missed >= 1, "missed {:g} gold stimuli")),
            of_groups(
                ratings,
                "session",
                those(variances, variances < LEAST_VARIANCE, "scores vary by {:.3g} points² only"),
            ),
        )
    )


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
