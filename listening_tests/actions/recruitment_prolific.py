"""Running a study at Prolific: creating it there, publishing, pausing and stopping it, asking for more listeners."""

import math
from datetime import datetime

from django.conf import settings

from listening_tests.actions import sessions
from listening_tests.actions.recruitment import recruitment_of
from listening_tests.actions.recruitment_looks import WATCH_INTERVAL, ask_for_look
from listening_tests.actions.recruitment_outcomes import minutes_of
from listening_tests.models import Identity, Recruitment, Study, Submission
from listening_tests.recruitment.prolific import Prolific
from listening_tests.recruitment.prolific.client import ProlificClient
from listening_tests.recruitment.prolific.costs import check_pay
from listening_tests.recruitment.prolific.requested_study import possible_outcomes, requested_study
from listening_tests.recruitment.prolific.submission_states import HOLDS_NO_PLACE, UNDER_WAY
from listening_tests.reservations import offer
from listening_tests.states import HeldBy
from listening_tests.study_file.recruitment import recruiter_of

# In Prolific's words: those in which more listeners can come.
STATES_THAT_RECRUIT = ("ACTIVE", "AWAITING REVIEW")


class StudyIsNotForProlific(Exception):
    """The study file names another recruitment service."""


class StudyIsThereAlready(Exception):
    """The study was created at Prolific before."""


class StudyIsNotThere(Exception):
    """The study was not created at Prolific yet."""


class StudyTakesNobody(Exception):
    """The study would be published while its own pages turn listeners away."""


def prolific_client() -> ProlificClient:
    """Return a client of the account that the settings name. Raises TokenIsMissing."""
    return ProlificClient(address=settings.PROLIFIC_URL, token=settings.PROLIFIC_TOKEN)


def prolific_of(study: Study) -> Prolific:
    """Return the study's settings for Prolific. Raises StudyIsNotForProlific."""
    recruiter = recruiter_of(study.protocol)
    if not isinstance(recruiter, Prolific):
        raise StudyIsNotForProlific(
            f"The study file of {study.slug!r} recruits by {recruiter.slug()}, not by Prolific."
        )
    return recruiter


def create_there(*, study: Study, client: ProlificClient, address: str, now: datetime) -> Recruitment:
    """Create a study at Prolific, unpublished; `address` is where its listeners begin.

    Raises StudyIsNotForProlific, StudyIsThereAlready, PayIsTooLow, or what the client raises.
    """
    recruiter = prolific_of(study)
    check_pay(reward=recruiter.reward, minutes=minutes_of(study), currency=recruiter.currency)
    recruitment = recruitment_of(study=study, now=now)
    if recruitment.study_there:
        raise StudyIsThereAlready(f"{study.slug!r} is at Prolific already, as {recruitment.study_there}.")
    # No transaction is open here: listeners' answers must not wait until Prolific has answered.
    created = client.create_study(
        requested_study(
            recruiter=recruiter,
            title=study.title,
            slug=study.slug,
            minutes=minutes_of(study),
            address=address,
            codes={outcome: recruitment.codes[outcome] for outcome in possible_outcomes(recruiter)},
        )
    )
    kept = Recruitment.objects.filter(pk=recruitment.pk, study_there="").update(
        study_there=created["id"], state_there=created["status"], places=recruiter.places
    )
    if not kept:
        raise StudyIsThereAlready(
            f"{study.slug!r} was just created twice: delete the draft {created['id']} at Prolific."
        )
    recruitment.refresh_from_db()
    return recruitment


def move_there(*, study: Study, client: ProlificClient, action: str, now: datetime) -> Recruitment:
    """Publish, pause, start again or stop a study at Prolific, as a researcher wants it.

    What is paused or stopped so stays so; what recruits is looked at from then on. Raises StudyIsNotThere,
    StudyTakesNobody if it is to recruit but is closed or full, PayIsTooLow, or what the client raises.
    """
    recruiter, recruitment = prolific_of(study), created_there(study)
    is_to_recruit = action in ("PUBLISH", "START")
    if is_to_recruit:
        check_pay(reward=recruiter.reward, minutes=minutes_of(study), currency=recruiter.currency)
        _check_takes_listeners(study, now)
    moved = client.move_study(recruitment.study_there, action)
    keep(recruitment, state_there=moved["status"], held_by=HeldBy.NOBODY if is_to_recruit else HeldBy.RESEARCHER)
    if is_to_recruit:
        ask_for_look(study=study, now=now, after=WATCH_INTERVAL)
    return recruitment


def created_there(study: Study) -> Recruitment:
    """Return what is kept of a study that is at Prolific. Raises StudyIsNotThere."""
    recruitment = Recruitment.objects.filter(study=study).exclude(study_there="").first()
    if recruitment is None:
        raise StudyIsNotThere(f"The study {study.slug!r} is not at Prolific yet: create it there first.")
    return recruitment


def refresh(*, recruitment: Recruitment, client: ProlificClient, now: datetime) -> None:
    """Keep how a study stands at Prolific now, also where it was changed there."""
    there = client.study(recruitment.study_there)
    keep(recruitment, state_there=there["status"], places=there["total_available_places"], synced_at=now)


def places_missing(*, study: Study, recruitment: Recruitment, now: datetime) -> int:
    """Return how many more listeners the ratings still missing want than are coming anyway.

    Coming are the listeners of places that nobody has taken and of submissions that have not begun here. Running
    sessions count through what they have reserved. A returned submission adds nothing: Prolific gives its place to
    the next one by itself, so whoever counted it would ask for ever more listeners.
    """
    begun_here = Identity.objects.filter(study=study).values("submission")
    under_way = Submission.objects.filter(study=study, state__in=UNDER_WAY)
    n_coming = under_way.exclude(submission__in=begun_here).count()
    return max(0, _sessions_missing(study, now) - free_places(study, recruitment) - n_coming)


def free_places(study: Study, recruitment: Recruitment) -> int:
    """Return how many places nobody holds of those that the service was asked for."""
    return recruitment.places - study.submissions.exclude(state__in=HOLDS_NO_PLACE).count()


def add_places(*, study: Study, client: ProlificClient, now: datetime) -> int:
    """Ask Prolific for the listeners that are missing, up to what the study file allows; return how many were added."""
    recruiter, recruitment = prolific_of(study), created_there(study)
    if not study.is_open or not _may_recruit(recruitment):
        return 0
    most = recruiter.places + recruiter.extra_places
    missing = places_missing(study=study, recruitment=recruitment, now=now)
    added = max(0, min(missing, most - recruitment.places))
    if added:
        places = recruitment.places + added
        client.raise_places(recruitment.study_there, places=places)
        keep(recruitment, places=places)
    return added


def _may_recruit(recruitment: Recruitment) -> bool:
    """Return whether more listeners can come, or could if Hearsay let the study go on, which it has paused itself."""
    if recruitment.held_by == HeldBy.HEARSAY:
        return recruitment.state_there == "PAUSED"
    return recruitment.held_by == HeldBy.NOBODY and recruitment.state_there in STATES_THAT_RECRUIT


def _check_takes_listeners(study: Study, now: datetime) -> None:
    """Raise StudyTakesNobody if its own pages would turn listeners away."""
    if not study.is_open:
        raise StudyTakesNobody(f"The study {study.slug!r} is {study.state}: open it before listeners are sent to it.")
    try:
        sessions.check_takes_listeners(study=study, now=now)
    except sessions.StudyIsFull as error:
        raise StudyTakesNobody(
            f"The study {study.slug!r} has, or will have, all ratings it needs: nobody is wanted. It goes on by itself "
            "when an exclusion opens places."
        ) from error


def _sessions_missing(study: Study, now: datetime) -> int:
    """Return how many more sessions the block needs that needs most."""
    return max(
        (
            math.ceil(
                sum(max(0, block.ratings_per_stimulus - candidate.count) for candidate in group)
                / block.trials_per_session
            )
            for block, group in offer(study, is_simulated=False, now=now).items()
        ),
        default=0,
    )


def keep(recruitment: Recruitment, **changes: object) -> None:
    """Store how a study stands there."""
    for name, value in changes.items():
        setattr(recruitment, name, value)
    recruitment.save(update_fields=list(changes))
