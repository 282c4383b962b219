"""What may follow from a failed check. Pure: the rules of recruiters' policies, Prolific's first of all.

Rejecting means that somebody worked and is not paid. Prolific allows it for instructions in the question itself and
for nonsensical items alone, after two failed checks in a study of five minutes or more and after one in a shorter
one. Comprehension is asked at the beginning, with two attempts at least; who fails is asked to return the study.
Source: researcher-help.prolific.com, "Prolific's attention and comprehension check policy" (article fb63bb).
"""

from listening_tests.checks.kinds import Consequence, Kind
from listening_tests.screening import ListeningCheck, Moment, Screening, TrialCheck

MAY_REJECT = frozenset({Kind.INSTRUCTED_RESPONSE, Kind.NONSENSICAL})
LONG_STUDY_MINUTES = 5
FAILURES_IN_LONG_STUDY = 2
COMPREHENSION_ATTEMPTS = 2


class PolicyForbids(ValueError):
    """A protocol would treat listeners as recruiters' policies forbid."""


def allowed_consequences(kind: Kind, moment: Moment) -> frozenset[Consequence]:
    """Return what may follow from a failed check of a kind, by when it is decided.

    Screening out ends a session early, so it is for checks before listening: whoever has listened to the end is paid
    in full, and at most the answers are left out.
    """
    allowed = {Consequence.NOTE, Consequence.EXCLUDE}
    if moment == Moment.BEFORE:
        allowed.add(Consequence.SCREEN_OUT)
    elif kind in MAY_REJECT:
        allowed.add(Consequence.SUPPORT_REJECTION)
    return frozenset(allowed)


def failures_needed(minutes: int) -> int:
    """Return how many failures a rejection takes in a study of so many minutes."""
    return FAILURES_IN_LONG_STUDY if minutes >= LONG_STUDY_MINUTES else 1


def check_policy(screening: Screening, *, minutes: int, n_blocks: int) -> None:
    """Raise PolicyForbids, with the reason, if a screening's consequence is not allowed.

    `minutes` is how long the study takes, as told to listeners; `n_blocks` how many blocks the screening acts in.
    """
    _check_consequence(screening)
    if screening.kind == Kind.COMPREHENSION and isinstance(screening, ListeningCheck):
        _check_comprehension(screening)
    if isinstance(screening, TrialCheck):
        _check_failures(screening, minutes, screening.trials * n_blocks)


def _check_consequence(screening: Screening) -> None:
    allowed = allowed_consequences(screening.kind, screening.moment)
    if screening.consequence in allowed:
        return
    choose = " or ".join(sorted(allowed))
    if screening.consequence == Consequence.SCREEN_OUT:
        raise PolicyForbids(
            f"{screening.slug()} is decided when all the work is done, too late to screen out: choose {choose}"
        )
    raise PolicyForbids(
        f"{screening.slug()} is a {screening.kind.label} check, and only an instructed response or a nonsensical item "
        f"inside a block may support a rejection: choose {choose}"
    )


def _check_comprehension(screening: ListeningCheck) -> None:
    if screening.attempts < COMPREHENSION_ATTEMPTS:
        raise PolicyForbids(
            f"{screening.slug()} gives {screening.attempts} attempt, but a comprehension check gives at least "
            f"{COMPREHENSION_ATTEMPTS}: raise attempts"
        )


def _check_failures(screening: TrialCheck, minutes: int, n_trials: int) -> None:
    if screening.fails_at > n_trials:
        raise PolicyForbids(
            f"{screening.slug()} fails at {screening.fails_at} failed trials, but a session has {n_trials} of them: "
            "ask for more trials, or lower fails_at"
        )
    needed = failures_needed(minutes)
    if screening.consequence == Consequence.SUPPORT_REJECTION and screening.fails_at < needed:
        raise PolicyForbids(
            f"{screening.slug()} supports a rejection after {screening.fails_at} failure, but in a study of "
            f"{LONG_STUDY_MINUTES} minutes or more (this one takes {minutes}) it takes {needed}: put at least {needed} "
            f"such trials into a session and set fails_at to {needed}, or choose exclude"
        )
