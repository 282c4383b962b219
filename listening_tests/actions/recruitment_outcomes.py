"""How a listener's taking part came out, which code says so, and whether pay may be refused."""

from dataclasses import dataclass

from listening_tests.checks.kinds import Consequence
from listening_tests.checks.policy import MAY_REJECT, failures_needed
from listening_tests.models import Identity, Recruitment, Session, Study
from listening_tests.recruiter import Outcome
from listening_tests.states import SessionState
from listening_tests.study_file.recruitment import recruiter_of


@dataclass(frozen=True)
class Completion:
    """What a listener takes along at the end: a code, and the way back to the service, if there is one."""

    code: str
    way_back: str
    service: str


def outcome_of(session: Session) -> Outcome | None:
    """Return how a session came out, or None as long as it goes on or was left unfinished."""
    if session.state == SessionState.COMPLETED:
        return Outcome.FAILED_ATTENTION if supports_rejection(session) else Outcome.COMPLETED
    if session.state == SessionState.SCREENED_OUT:
        return Outcome.SCREENED_OUT
    return Outcome.WITHDRAWN if session.state == SessionState.WITHDRAWN else None


def completion_of(session: Session) -> Completion | None:
    """Return what the listener of an ended session takes along; None where no code was promised."""
    outcome = outcome_of(session)
    if outcome is None or not session.completion_code:
        return None
    recruiter = recruiter_of(session.study.protocol)
    code = _codes(session.study).get(outcome, session.completion_code)
    identity = Identity.objects.filter(listener=session.listener_id).first()
    # Whoever came without the service, as simulated listeners do, is not sent there.
    way_back = recruiter.way_back(code=code, person=identity.person) if identity else ""
    return Completion(code, way_back, recruiter.name)


def ways_out(study: Study) -> dict[str, str]:
    """Return where somebody goes who does not begin: addresses by outcome, of those that the service has codes for."""
    recruiter, codes = recruiter_of(study.protocol), _codes(study)
    return {
        outcome.value: recruiter.way_back(code=codes[outcome], person="")
        for outcome in (Outcome.NO_PLACE, Outcome.NO_CONSENT, Outcome.INCOMPATIBLE_DEVICE)
        if outcome in codes
    }


def failed_attention_checks(session: Session) -> int:
    """Return how many checks were failed that recruiters' policies let a rejection rest on."""
    # In Python, so that a list of sessions can fetch its verdicts at once.
    return sum(
        verdict.detail.get("n_failed", 1)
        for verdict in session.verdicts.all()
        if not verdict.has_passed
        and verdict.kind in MAY_REJECT
        and verdict.consequence == Consequence.SUPPORT_REJECTION
    )


def n_trials(session: Session) -> int:
    """Return how many trials a session has."""
    return len(session.trials.all())


def n_skipped(session: Session) -> int:
    """Return how many of a session's trials were passed over because, as the browser said, no sound could be played."""
    return sum(trial.skipped_at is not None for trial in session.trials.all())


def supports_rejection(session: Session) -> bool:
    """Return whether so many attention checks were failed that a rejection is allowed."""
    return failed_attention_checks(session) >= failures_needed(minutes_of(session.study))


def minutes_of(study: Study) -> int:
    """Return how long a study takes, as told to listeners."""
    return int(study.protocol.get("listeners", {}).get("minutes", 10))


def _codes(study: Study) -> dict[str, str]:
    return Recruitment.objects.filter(study=study).values_list("codes", flat=True).first() or {}
