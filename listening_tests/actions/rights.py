"""What listeners agreed to, how they withdraw, and how they are forgotten."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from listening_tests.actions.recruitment import forget_identities
from listening_tests.actions.recruitment_looks import ask_for_look
from listening_tests.actions.session_states import new_completion_code
from listening_tests.models import CheckItem, Consent, Listener, Rating, Session, Study, Trial
from listening_tests.models.listeners import new_session_key
from listening_tests.states import SessionState
from listening_tests.study_file.rights import RightsSection


def rights_of(study: Study) -> RightsSection:
    """Return what the study file grants listeners, with its defaults."""
    return RightsSection.model_validate(study.protocol.get("rights", {}))


def store_consent(*, study: Study, text: str, language: str, now: datetime) -> Consent:
    """Store the words of a consent page, once for each wording, and return them."""
    consent, _made = Consent.objects.get_or_create(
        study=study,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        defaults={
            "version": rights_of(study).consent_version, "text": text, "language": language, "first_shown_at": now,
        },
    )  # fmt: skip
    return consent


@transaction.atomic
def withdraw(*, session: Session, now: datetime) -> None:
    """End a session at its listener's wish, by the rule that its study promised; do nothing the second time.

    The answers are deleted, or handed to a session that nothing links to the listener any more. What checks asked is
    deleted in any case. Places that were held are free again. Where the study pays who withdraws, the session gets a
    completion code if it has none.
    """
    session = Session.objects.select_for_update().select_related("study", "listener").get(pk=session.pk)
    if session.state == SessionState.WITHDRAWN:
        return
    rights = rights_of(session.study)
    if rights.withdrawal == "keep_unlinked":
        _unlink_answers(session)
    session.trials.all().delete()
    session.check_items.all().delete()
    session.verdicts.all().delete()
    session.state, session.withdrawn_at = SessionState.WITHDRAWN, now
    if rights.withdrawn_are_paid and not session.completion_code:
        session.completion_code = new_completion_code()
    session.save()
    ask_for_look(study=session.study, now=now)


@dataclass(frozen=True)
class Forgotten:
    """What was deleted because its time was over."""

    n_sessions: int
    n_texts: int


@transaction.atomic
def forget_listeners(*, study: Study, now: datetime) -> Forgotten:
    """Delete what could lead to a listener, of all sessions that began longer ago than the study keeps it.

    Personal links stop working, and what was typed in checks and free answers is deleted, and so is what recruitment
    services know them by. Ratings stay, under pseudonyms that lead nowhere. Doing it again changes nothing.
    """
    days = rights_of(study).retention_days
    if days is None:
        return Forgotten(0, 0)
    forget_identities(study=study, before=now - timedelta(days=days))
    over = study.sessions.filter(consented_at__lt=now - timedelta(days=days), forgotten_at=None)
    n_texts = CheckItem.objects.filter(session__in=over).exclude(answer="").update(answer="")
    n_texts += Trial.objects.filter(session__in=over).exclude(skip_reason="").update(skip_reason="")
    sessions = list(over)
    for session in sessions:
        session.key, session.completion_code, session.forgotten_at = new_session_key(), "", now
        session.consent_token = None
        session.save(update_fields=["key", "completion_code", "forgotten_at", "consent_token"])
    return Forgotten(len(sessions), n_texts)


def _unlink_answers(session: Session) -> None:
    """Hand a session's answers to a new session of a new listener; what was never answered stays behind."""
    if not Rating.objects.filter(presentation__trial__session=session).exists():
        return
    kept = Session.objects.get(pk=session.pk)
    listener = Listener.objects.create(pseudonym=uuid.uuid4(), is_simulated=session.listener.is_simulated)
    kept.pk, kept.key, kept.listener, kept.completion_code = None, secrets.token_urlsafe(24), listener, ""
    kept.consent_token = None
    kept._state.adding = True
    kept.save()
    session.trials.filter(answered_at__isnull=False).update(session=kept)
