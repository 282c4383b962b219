"""What becomes of submissions at Prolific: news of them, their review, bonuses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from listening_tests.actions.recruitment_looks import ask_for_look
from listening_tests.actions.recruitment_outcomes import (
    failed_attention_checks,
    minutes_of,
    n_skipped,
    n_trials,
    outcome_of,
)
from listening_tests.actions.recruitment_prolific import created_there, keep, prolific_of, refresh
from listening_tests.actions.recruitment_steering import steer
from listening_tests.actions.recruitment_strangers import EXCLUSION, exclude_strangers
from listening_tests.checks.policy import failures_needed
from listening_tests.models import Identity, Session, Study, Submission, WebhookEvent
from listening_tests.recruiter import Outcome
from listening_tests.recruitment.prolific.client import ProlificClient, check_rejection
from listening_tests.recruitment.prolific.submission_states import GIVEN_UP, HOLDS_NO_PLACE, SubmissionState
from listening_tests.states import SessionState

# Sounds may fail on an honest listener's device, but on one where so many do the study cannot be taken.
MOST_SKIPPED = 0.1


class RejectionIsNotAllowed(Exception):
    """Prolific's policy does not let this listener be refused their pay."""


class SubmissionIsUnknown(Exception):
    """No session of the study belongs to the submission."""


@dataclass(frozen=True)
class Synced:
    """What a look at Prolific brought."""

    n_submissions: int
    n_changed: int
    n_places_added: int


def sync_submissions(*, study: Study, client: ProlificClient, now: datetime) -> Synced:
    """Take over how all submissions stand, and keep the study there in step with its places here.

    Raises StudyIsNotThere, or what the client raises.
    """
    recruitment = created_there(study)
    refresh(recruitment=recruitment, client=client, now=now)
    people = {}
    changed = []
    for each in client.submissions(recruitment.study_there):
        people[each["id"]] = each["participant_id"]
        changed.append(record_state(study=study, submission=each["id"], state=each["status"], at=now))
    exclude_strangers(study=study, people=people, now=now)
    n_added = steer(study=study, client=client, now=now)
    recruitment.refresh_from_db()
    keep(recruitment, trouble="", n_failures=0)
    return Synced(len(changed), sum(changed), n_added)


@transaction.atomic
def record_state(*, study: Study, submission: str, state: str, at: datetime) -> bool:
    """Keep a submission's state unless newer news of it is known; return whether it changed.

    Whoever returned it, or let its time run out, will not go on: what their session held is free at once. The
    service's id of a person is deleted as soon as nothing is left to be paid.
    """
    row, is_new = Submission.objects.select_for_update().get_or_create(
        study=study, submission=submission, defaults={"state": state, "state_at": at}
    )
    if not is_new and (row.state_at > at or row.state == state):
        return False
    row.state, row.state_at = state, at
    row.save(update_fields=["state", "state_at"])
    if state in GIVEN_UP:
        running = Session.objects.filter(
            study=study,
            listener__identity__submission=submission,
            state__in=(SessionState.CONSENTED, SessionState.LISTENING),
            expires_at__gt=at,
        )
        running.update(expires_at=at)
    if state in HOLDS_NO_PLACE or (state == SubmissionState.APPROVED and not prolific_of(study).bonus_budget):
        Identity.objects.filter(study=study, submission=submission).update(person="")
    return True


@transaction.atomic
def receive_event(*, event: str, submission: str, state: str, at: datetime, now: datetime) -> None:
    """Take over a state that Prolific told unasked. The same event again, or one of a stranger, changes nothing."""
    _row, is_new = WebhookEvent.objects.get_or_create(service="prolific", event=event, defaults={"received_at": now})
    # What Prolific itself has listed counts more than what stood in an address that somebody came with.
    listed = Study.objects.filter(submissions__submission=submission)
    arrived = Study.objects.filter(identities__service="prolific", identities__submission=submission)
    for study in (listed if listed.exists() else arrived) if is_new else ():
        if record_state(study=study, submission=submission, state=state, at=at):
            ask_for_look(study=study, now=now)


def session_of(submission: Submission) -> Session:
    """Return the session that a submission led to. Raises SubmissionIsUnknown."""
    sessions = Session.objects.filter(study=submission.study_id, listener__identity__submission=submission.submission)
    session = sessions.select_related("study").first()
    if session is None:
        raise SubmissionIsUnknown("Whoever has this submission never began here: there is nothing to review it by.")
    return session


def approve(*, submission: Submission, client: ProlificClient, now: datetime) -> None:
    """Approve a submission at Prolific, so that its listener is paid."""
    client.approve(submission.submission)
    record_state(study=submission.study, submission=submission.submission, state=SubmissionState.APPROVED, at=now)


def reject(*, submission: Submission, client: ProlificClient, message: str, category: str, now: datetime) -> None:
    """Reject a submission at Prolific, so that its listener is not paid.

    Raises RejectionIsNotAllowed unless enough attention checks were failed, RejectionIsMalformed, SubmissionIsUnknown.
    """
    session = session_of(submission)
    check_rejection_is_allowed(session)
    check_rejection(message=message, category=category)
    client.reject(submission.submission, message=message, category=category)
    record_state(study=submission.study, submission=submission.submission, state=SubmissionState.REJECTED, at=now)


def check_rejection_is_allowed(session: Session) -> None:
    """Raise RejectionIsNotAllowed, with the numbers, unless Prolific's policy allows a rejection."""
    minutes = minutes_of(session.study)
    found, needed = failed_attention_checks(session), failures_needed(minutes)
    if found < needed:
        raise RejectionIsNotAllowed(
            f"In a study of {minutes} minutes a rejection takes {needed} failed attention checks (instructed responses "
            f"or nonsensical items), and this listener failed {found}: approve the submission; the ratings can be "
            "excluded all the same."
        )


def settle(*, study: Study, client: ProlificClient, now: datetime) -> tuple[int, int]:
    """Pay whoever has earned it: approve what came to its end, screen out with pay who left without the code.

    Who withdrew or skipped many sounds is left to a person: whoever agreed and did nothing else would be paid in full.
    To be called when submissions are known as they stand, for one that was returned cannot be approved. Returns how
    many were approved and how many screened out. Raises what the client raises.
    """
    recruiter, recruitment = prolific_of(study), created_there(study)
    left_behind, n_approved = [], 0
    for submission, session in _reviewable(study):
        outcome = outcome_of(session)
        if outcome == Outcome.SCREENED_OUT and submission.state == SubmissionState.ACTIVE and recruiter.screen_outs:
            left_behind.append(submission.submission)
        has_earned_it = outcome == Outcome.COMPLETED and n_skipped(session) <= MOST_SKIPPED * n_trials(session)
        if has_earned_it and submission.state == SubmissionState.AWAITING_REVIEW:
            approve(submission=submission, client=client, now=now)
            n_approved += 1
    if left_behind:
        client.screen_out(recruitment.study_there, left_behind, pay=recruiter.screen_out_reward / 100)
        for name in left_behind:
            record_state(study=study, submission=name, state=SubmissionState.SCREENED_OUT, at=now)
    return n_approved, len(left_behind)


def _reviewable(study: Study) -> Iterator[tuple[Submission, Session]]:
    """Yield the submissions that may be paid, each with its session, of those sessions that were promised pay.

    Where Prolific knows the submission under another person, a person decides.
    """
    states = (SubmissionState.ACTIVE, SubmissionState.AWAITING_REVIEW)
    submissions = {each.submission: each for each in study.submissions.filter(state__in=states).select_related("study")}
    sessions = (
        study.sessions.filter(listener__identity__submission__in=submissions)
        .exclude(completion_code="")
        .exclude(exclusion=EXCLUSION)
    )
    rows = sessions.select_related("study", "listener__identity").prefetch_related("trials", "verdicts")
    for session in rows.order_by("pk"):
        yield submissions[session.listener.identity.submission], session
