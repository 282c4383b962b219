"""From one state of a session to the next, up to its completion code. A session whose time is over moves no more."""

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction

from listening_tests.actions.verdicts import judge_record
from listening_tests.models import Session
from listening_tests.questionnaires import pending_questionnaire
from listening_tests.states import SESSION_TRANSITIONS, SessionState

# Without signs that look alike and without vowels, so that no code spells a word: 10 of 26 give 47 bits.
CODE_ALPHABET = "23456789BCDFGHJKMNPQRTVWXZ"
CODE_LENGTH = 10


class SessionHasExpired(Exception):
    """The session was not finished in time; its places were given to others."""

    def __init__(self, session: Session) -> None:
        super().__init__(
            f"The session could be finished until {session.expires_at:%d %B %Y, %H:%M} UTC. The answers you had given "
            "are kept. Open the study's link again to begin anew."
        )


class SessionCannotGoOn(Exception):
    """The session is in a state from which the wanted one does not follow."""


@transaction.atomic
def begin_listening(*, session: Session, now: datetime) -> None:
    """Store that the listener has passed what comes before listening; do nothing if that was stored before.

    Raises SessionHasExpired, or SessionCannotGoOn if the listener has withdrawn.
    """
    session.refresh_from_db()
    if session.sound_checked_at is not None and session.state != SessionState.WITHDRAWN:
        return
    check_is_alive(session, now)
    _move(session, SessionState.LISTENING, sound_checked_at=now)


@transaction.atomic
def screen_out(*, session: Session, is_paid: bool, now: datetime) -> None:
    """End a session for a failed check, with a code by which the listener is paid for the time, if that is so.

    Do nothing the second time. Raises SessionHasExpired, or SessionCannotGoOn once the session is completed.
    """
    session.refresh_from_db()
    if session.state == SessionState.SCREENED_OUT:
        return
    check_is_alive(session, now)
    code = new_completion_code() if is_paid else ""
    _move(session, SessionState.SCREENED_OUT, screened_out_at=now, completion_code=code)


def complete_if_answered(session: Session, now: datetime) -> None:
    """Complete a session of which no trial and no questionnaire is left."""
    if session.trials.filter(answered_at=None, skipped_at=None).exists() or pending_questionnaire(session):
        return
    judge_record(session=session, now=now)
    _move(session, SessionState.COMPLETED, completed_at=now, completion_code=new_completion_code())


def new_completion_code() -> str:
    """Return a code that nobody can guess."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def check_is_alive(session: Session, now: datetime) -> None:
    """Raise SessionHasExpired if a session was left unfinished for too long."""
    if session.has_expired(now):
        raise SessionHasExpired(session)


def _move(session: Session, state: SessionState, **changes: Any) -> None:
    """Change a session's state by compare-and-swap, so that of two requests at once only one does it."""
    before = SessionState(session.state)
    if state not in SESSION_TRANSITIONS[before]:
        raise SessionCannotGoOn(f"The session is {before}, so it cannot become {state}.")
    if Session.objects.filter(pk=session.pk, state=before).update(state=state, **changes):
        for name, value in {"state": state, **changes}.items():
            setattr(session, name, value)
    else:
        session.refresh_from_db()
