"""Running a study at Prolific: creating it there, publishing, pausing and stopping it, asking for more listeners."""

import math
from datetime import datetime

from django.conf import settings

from listening_tests.actions.recruitment import recruitment_of
from listening_tests.actions.recruitment_outcomes import minutes_of
from listening_tests.models import Identity, Recruitment, Study, Submission
from listening_tests.recruitment.prolific import Prolific
from listening_tests.recruitment.prolific.client import ProlificClient
from listening_tests.recruitment.prolific.costs import check_pay
from listening_tests.recruitment.prolific.requested_study import possible_outcomes, requested_study
from listening_tests.recruitment.prolific.submission_states import HOLDS_NO_PLACE, UNDER_WAY
from listening_tests.reservations import offer
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


def move_there(*, study: Study, client: ProlificClient, action: str) -> Recruitment:
    """Publish, pause, start again or stop a study at Prolific.

    Raises StudyIsNotThere, StudyTakesNobody if it is to recruit but is not open, PayIsTooLow, or what the client does.
    """
    recruiter, recruitment = prolific_of(study), created_there(study)
    if action in ("PUBLISH", "START"):
        check_pay(reward=recruiter.reward, minutes=minutes_of(study), currency=recruiter.currency)
        if not study.is_open:
            raise StudyTakesNobody(
                f"The study {study.slug!r} is {study.state}: open it before listeners are sent to it."
            )
    moved = client.move_study(recruitment.study_there, action)
    _keep(recruitment, state_there=moved["status"])
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
    _keep(recruitment, state_there=there["status"], places=there["total_available_places"], synced_at=now)


def places_missing(*, study: Study, recruitment: Recruitment, now: datetime) -> int:
    """Return how many more listeners the ratings still missing want than are coming anyway.

    Coming are the listeners of places that nobody has taken and of submissions that have not begun here. Running
    sessions count through what they have reserved. A returned submission adds nothing: Prolific gives its place to
    the next one by itself, so whoever counted it would ask for ever more listeners.
    """
    submissions = Submission.objects.filter(study=study)
    n_free = recruitment.places - submissions.exclude(state__in=HOLDS_NO_PLACE).count()
    begun_here = Identity.objects.filter(study=study).values("submission")
    n_coming = submissions.filter(state__in=UNDER_WAY).exclude(submission__in=begun_here).count()
    return max(0, _sessions_missing(study, now) - n_free - n_coming)


def add_places(*, study: Study, client: ProlificClient, now: datetime) -> int:
    """Ask Prolific for the listeners that are missing, up to what the study file allows; return how many were added."""
    recruiter, recruitment = prolific_of(study), created_there(study)
    if recruitment.state_there not in STATES_THAT_RECRUIT or not study.is_open:
        return 0
    most = recruiter.places + recruiter.extra_places
    missing = places_missing(study=study, recruitment=recruitment, now=now)
    added = max(0, min(missing, most - recruitment.places))
    if added:
        places = recruitment.places + added
        client.raise_places(recruitment.study_there, places=places)
        _keep(recruitment, places=places)
    return added


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


def _keep(recruitment: Recruitment, **changes: object) -> None:
    for name, value in changes.items():
        setattr(recruitment, name, value)
    recruitment.save(update_fields=list(changes))
