"""Taking a listener's answers to a questionnaire."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from listening_tests.actions.session_states import SessionCannotGoOn, complete_if_answered
from listening_tests.models import QuestionnaireAnswer, Session
from listening_tests.states import SessionState


@transaction.atomic
def submit_questionnaire(*, session: Session, questionnaire: str, answers: Mapping[str, str], now: datetime) -> None:
    """Store the answers to one questionnaire, and complete the session if nothing else is left.

    The first answers count: sending others later changes nothing. Raises SessionCannotGoOn unless the session listens.
    """
    session.refresh_from_db()
    if session.state != SessionState.LISTENING:
        raise SessionCannotGoOn(f"The session is {session.state}, so no question is open: go back to its first page.")
    QuestionnaireAnswer.objects.get_or_create(
        session=session, questionnaire=questionnaire, defaults={"answers": dict(answers), "answered_at": now}
    )
    complete_if_answered(session, now)
