"""A listener's sitting: who may begin one, and how it is found again.

Whoever has begun may finish, also after the study was closed: nobody loses work or pay. New sessions are refused then.
Simulated listeners and real ones are counted apart, so neither takes the other's places.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction

from listening_tests.actions.session_states import check_is_alive
from listening_tests.models import Consent, Listener, Session, Study
from listening_tests.reservations import Offer, is_full, offer, reserve_trials


class StudyIsClosed(Exception):
    """The study takes no new listeners."""


class StudyIsFull(Exception):
    """Every stimulus has, or will have, the ratings it needs."""


class SessionIsUnknown(Exception):
    """No session has this key: the address is mistyped or forged."""


@transaction.atomic
def start_session(
    *,
    study: Study,
    now: datetime,
    is_simulated: bool = False,
    consent: Consent | None = None,
    language: str = "en",
    consent_token: str | None = None,
) -> Session:
    """Store that a new listener consents, with all trials of the session reserved; return the session.

    No two sessions have one `consent_token`. Raises StudyIsClosed if the study is not open, StudyIsFull if it has its
    ratings or its listeners.
    """
    # The lock on the study (on SQLite the transaction's own) lets no two listeners reserve the same place.
    study = Study.objects.select_for_update().get(pk=study.pk)
    offered = check_takes_listeners(study=study, now=now, is_simulated=is_simulated)
    turn = study.sessions.of(is_simulated=is_simulated).count()
    session = Session.objects.create(
        study=study,
        listener=Listener.objects.create(is_simulated=is_simulated),
        turn=turn,
        seed=_session_seed(study, is_simulated, turn),
        consent=consent,
        language=language,
        consented_at=now,
        expires_at=now + timedelta(hours=study.session_hours),
        consent_token=consent_token,
    )
    reserve_trials(session, offered)
    return session


def check_takes_listeners(*, study: Study, now: datetime, is_simulated: bool = False) -> Offer:
    """Return what a listener who comes now could hear. A place is only sure once the session is started.

    Raises StudyIsClosed if the study is not open, StudyIsFull if it has its ratings or its listeners.
    """
    if not study.is_open:
        raise StudyIsClosed(f"The study {study.title!r} takes no listeners at the moment.")
    offered = offer(study, is_simulated=is_simulated, now=now)
    if is_full(offered):
        raise StudyIsFull(f"The study {study.title!r} has all the listeners it needs. Thank you for coming.")
    maximum = study.protocol.get("listeners", {}).get("maximum")
    begun = study.sessions.of(is_simulated=is_simulated).completed_or_running(now)
    if maximum is not None and begun.count() >= maximum:
        raise StudyIsFull(f"The study {study.title!r} has reached its {maximum} listeners. Thank you for coming.")
    return offered


def find_session(key: str, now: datetime) -> Session:
    """Return the session with this key, also a completed or a withdrawn one.

    Raises SessionIsUnknown, or SessionHasExpired if it was not finished in time.
    """
    session = Session.objects.select_related("study", "listener").filter(key=key).first()
    if session is None:
        raise SessionIsUnknown("There is no such session: open the link that you were given, from its beginning.")
    check_is_alive(session, now)
    return session


def _session_seed(study: Study, is_simulated: bool, turn: int) -> int:
    """Return a seed that depends on nothing but the study's seed and the listener's turn."""
    kind = "simulated" if is_simulated else "real"
    return int.from_bytes(hashlib.sha256(f"{study.seed}/{kind}/{turn}".encode()).digest()[:6], "big")
