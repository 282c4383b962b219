"""Listeners whom a recruitment service sends: who they are, that they take part once, and how they are forgotten."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from listening_tests.actions import session_states, sessions
from listening_tests.actions.recruitment_looks import ask_for_look
from listening_tests.models import Consent, Identity, Recruitment, Session, Study, Submission
from listening_tests.recruiter import Arrival, Outcome, Recruiter
from listening_tests.states import SessionState
from listening_tests.study_file.recruitment import recruiter_of


class HasTakenPart(Exception):
    """A person comes again to a study that can be taken once."""


class SubmissionIsTaken(Exception):
    """Somebody comes with the submission of another person: one of the two ids in the address was changed."""


def arrival_at(study: Study, parameters: Mapping[str, str]) -> Arrival | None:
    """Return whom the study's service sent; None if it tells nobody's id. Raises ArrivalIsIncomplete."""
    return recruiter_of(study.protocol).arrival(parameters)


def identity_digest(*, study: Study, service: str, person: str) -> str:
    """Return what stands for a person in one study: without this server's secret nobody can tell whom it is."""
    message = f"{service}\0{study.slug}\0{person}"
    return hmac.new(settings.IDENTITY_KEY.encode(), message.encode(), hashlib.sha256).hexdigest()


def session_to_go_on_with(*, study: Study, arrival: Arrival, now: datetime) -> Session | None:
    """Return the session that a person has begun before, on whichever device; None if they may begin one.

    A running session belongs to the submission that its listener came with last. Where a study may be taken again,
    that is for who completed it: being screened out or withdrawing is no way to a second try, nor to be paid for
    both. Raises SubmissionIsTaken, or HasTakenPart if the only session there may be was not finished in time.
    """
    known = _last_identity(study, arrival)
    _check_submission_is_theirs(study, arrival, known)
    if known is None:
        return None
    session = Session.objects.select_related("study").get(listener=known.listener_id)
    is_running = session.state in (SessionState.CONSENTED, SessionState.LISTENING) and not session.has_expired(now)
    if is_running and known.submission != arrival.submission:
        known.submission = arrival.submission
        known.save(update_fields=["submission"])
    if is_running:
        return session
    if recruiter_of(study.protocol).allow_repeat and _may_repeat(session, known, arrival, now):
        return None
    if session.has_expired(now):
        raise HasTakenPart("This study can be taken once, and the time for the session that was begun is over.")
    return session


@transaction.atomic
def begin_session(
    *,
    study: Study,
    arrival: Arrival | None,
    now: datetime,
    consent: Consent | None = None,
    language: str = "en",
    is_simulated: bool = False,
    consent_token: str | None = None,
) -> Session:
    """Begin a session for somebody who arrived, or return the one that was begun meanwhile.

    That is the session of the same consent page, told by its token, or of the same person. Raises HasTakenPart,
    StudyIsClosed or StudyIsFull.
    """
    # The lock lets who begins twice at once, by a double click or on two devices, begin one session.
    study = Study.objects.select_for_update().get(pk=study.pk)
    begun = _session_begun(study, arrival, consent_token, now)
    if begun is not None:
        return begun
    session = sessions.start_session(
        study=study,
        now=now,
        is_simulated=is_simulated,
        consent=consent,
        language=language,
        consent_token=consent_token,
    )
    if arrival is not None:
        _store_identity(session, arrival, now)
        _ask_for_pause_if_full(study, now)
    return session


def recruitment_of(*, study: Study, now: datetime) -> Recruitment:
    """Return what is kept of a study's recruitment, with a completion code for each outcome; make it if need be."""
    recruiter = recruiter_of(study.protocol)
    recruitment, _is_new = Recruitment.objects.get_or_create(
        study=study, defaults={"service": recruiter.slug(), "codes": _new_codes(recruiter), "created_at": now}
    )
    return recruitment


def erase_ids(*, study: Study) -> int:
    """Delete services' own ids of a study's listeners and return how many: everybody is paid.

    What stands for them stays, so that nobody takes part twice.
    """
    return Identity.objects.filter(study=study).exclude(person="").update(person="")


@transaction.atomic
def forget_identities(*, study: Study, before: datetime) -> int:
    """Delete all that recruitment knows of the listeners of old sessions; return how many there were."""
    old = Identity.objects.filter(study=study, created_at__lt=before)
    Submission.objects.filter(study=study, submission__in=old.exclude(submission="").values("submission")).delete()
    _n_rows, by_table = old.delete()
    return by_table.get(Identity._meta.label, 0)


def _session_begun(study: Study, arrival: Arrival | None, consent_token: str | None, now: datetime) -> Session | None:
    """Return the session that a consent page began when it was sent before, or else the one that a person has begun."""
    of_page = study.sessions.filter(consent_token=consent_token).first() if consent_token else None
    if of_page is not None or arrival is None:
        return of_page
    return session_to_go_on_with(study=study, arrival=arrival, now=now)


def _check_submission_is_theirs(study: Study, arrival: Arrival, known: Identity | None) -> None:
    """Raise SubmissionIsTaken if another person has come with the arrival's submission."""
    if not arrival.submission:
        return
    same = Identity.objects.filter(study=study, submission=arrival.submission)
    if same.exclude(digest=known.digest if known else "").exists():
        raise SubmissionIsTaken("Another person's session belongs to this submission.")


def _may_repeat(session: Session, known: Identity, arrival: Arrival, now: datetime) -> bool:
    """Return whether a study that may be taken again may be so by the listener of this session: not for one pay."""
    has_ended = session.has_expired(now) or (session.state == SessionState.COMPLETED and session.excluded_at is None)
    return has_ended and (not arrival.submission or known.submission != arrival.submission)


def _ask_for_pause_if_full(study: Study, now: datetime) -> None:
    """Have the service pause as soon as the last place is taken, so that nobody comes in vain."""
    if not recruiter_of(study.protocol).has_connection:
        return
    try:
        sessions.check_takes_listeners(study=study, now=now)
    except sessions.StudyIsFull:
        ask_for_look(study=study, now=now)


def _last_identity(study: Study, arrival: Arrival) -> Identity | None:
    service = recruiter_of(study.protocol).slug()
    digest = identity_digest(study=study, service=service, person=arrival.person)
    return Identity.objects.filter(study=study, service=service, digest=digest).order_by("-sitting").first()


def _store_identity(session: Session, arrival: Arrival, now: datetime) -> None:
    service = recruiter_of(session.study.protocol).slug()
    earlier = _last_identity(session.study, arrival)
    Identity.objects.create(
        listener_id=session.listener_id,
        study=session.study,
        service=service,
        digest=identity_digest(study=session.study, service=service, person=arrival.person),
        sitting=earlier.sitting + 1 if earlier else 1,
        person=arrival.person,
        submission=arrival.submission,
        created_at=now,
    )


def _new_codes(recruiter: Recruiter) -> dict[str, str]:
    outcomes = list(Outcome) if recruiter.has_outcome_codes else []
    return {outcome.value: session_states.new_completion_code() for outcome in outcomes}
