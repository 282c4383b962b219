"""Studies that a recruitment service sends listeners to, and listeners on their way."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from listening_tests.actions import recruitment
from listening_tests.checks.kinds import Consequence, Kind
from listening_tests.models import Session, Verdict
from listening_tests.recruiter import Arrival
from listening_tests.recruitment.prolific.client import ProlificClient
from tests import factories
from tests.listening_tests.recruitment.prolific_stand_in import TOKEN

PAID = {"service": "prolific", "reward": 150, "places": 4}


def make_recruited_study(*, minutes=10, screenings=(), **recruitment_section):
    """Store an open study of one block: 8 sets, 4 trials per session, each set wanted twice, so 4 listeners."""
    return factories.make_open_study(
        methods=("acr",),
        block={"ratings_per_stimulus": 2},
        protocol={
            "listeners": {"minutes": minutes},
            "screenings": list(screenings),
            "recruitment": recruitment_section or PAID,
        },
    )


def client_of(prolific):
    return ProlificClient(address=prolific.address, token=TOKEN, back_off_seconds=0)


def address_for(study, **parameters):
    return f"{reverse('take_study', args=[study.slug])}?{urlencode(parameters)}"


def from_prolific(study, person, submission="submission1"):
    return address_for(study, PROLIFIC_PID=person, STUDY_ID="there", SESSION_ID=submission)


def begin(study, person, submission="", now=None):
    """Begin the session of somebody whom the study's service sent."""
    return recruitment.begin_session(study=study, arrival=Arrival(person, submission), now=now or timezone.now())


def complete(study, person, submission=""):
    """Begin a session and answer all of it."""
    session = begin(study, person, submission)
    Session.objects.filter(pk=session.pk).update(state="listening")
    session.refresh_from_db()
    factories.answer_trials(session)
    session.refresh_from_db()
    return session


def fail_attention_checks(session, n_failed, *, kind=Kind.INSTRUCTED_RESPONSE, consequence=None):
    return Verdict.objects.create(
        session=session,
        check_slug=f"check-{kind}",
        kind=kind,
        has_passed=False,
        consequence=consequence or Consequence.SUPPORT_REJECTION,
        detail={"n_failed": n_failed},
        decided_at=timezone.now(),
    )
