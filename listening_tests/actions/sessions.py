"""A listener's sitting, from consent to the completion code.

Whoever has begun may finish, also after the study was closed: nobody loses work or pay. New sessions are refused then.
Simulated listeners and real ones are counted apart, so neither takes the other's places.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from listening_tests.actions.verdicts import judge_record
from listening_tests.asked_trials import asked_trial
from listening_tests.models import Consent, Listener, Presentation, Rating, Session, Study, Trial
from listening_tests.questionnaires import pending_questionnaire
from listening_tests.questions import Answer
from listening_tests.reservations import Offer, is_full, offer, reserve_trials
from listening_tests.states import SESSION_TRANSITIONS, SessionState

# Without signs that look alike and without vowels, so that no code spells a word: 10 of 26 give 47 bits.
CODE_ALPHABET = "23456789BCDFGHJKMNPQRTVWXZ"
CODE_LENGTH = 10
LONGEST_REASON = 200


class StudyIsClosed(Exception):
    """The study takes no new listeners."""


class StudyIsFull(Exception):
    """Every stimulus has, or will have, the ratings it needs."""


class SessionIsUnknown(Exception):
    """No session has this key: the address is mistyped or forged."""


class SessionHasExpired(Exception):
    """The session was not finished in time; its places were given to others."""


class SessionCannotGoOn(Exception):
    """The session is in a state from which the wanted one does not follow."""


class PresentationIsUnknown(Exception):
    """No sound has this key: the address is mistyped or forged."""


class TrialOfAnotherSession(Exception):
    """The trial does not belong to the session."""


class TrialIsNotNext(Exception):
    """A trial is answered before its turn."""


class TrialAlreadyAnswered(Exception):
    """The trial has other answers already."""


@transaction.atomic
def start_session(
    *, study: Study, now: datetime, is_simulated: bool = False, consent: Consent | None = None, language: str = "en"
) -> Session:
    """Store that a new listener consents, with all trials of the session reserved; return the session.

    Raises StudyIsClosed if the study is not open, StudyIsFull if it has its ratings or its listeners.
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


@transaction.atomic
def begin_listening(*, session: Session, now: datetime) -> None:
    """Store that the listener has passed what comes before listening; do nothing if that was stored before.

    Raises SessionHasExpired, or SessionCannotGoOn if the listener has withdrawn.
    """
    session.refresh_from_db()
    if session.sound_checked_at is not None and session.state != SessionState.WITHDRAWN:
        return
    _check_is_alive(session, now)
    _move(session, SessionState.LISTENING, sound_checked_at=now)


@transaction.atomic
def screen_out(*, session: Session, is_paid: bool, now: datetime) -> None:
    """End a session for a failed check, with a code by which the listener is paid for the time, if that is so.

    Do nothing the second time. Raises SessionHasExpired, or SessionCannotGoOn once the session is completed.
    """
    session.refresh_from_db()
    if session.state == SessionState.SCREENED_OUT:
        return
    _check_is_alive(session, now)
    code = new_completion_code() if is_paid else ""
    _move(session, SessionState.SCREENED_OUT, screened_out_at=now, completion_code=code)


def show_trial(*, trial: Trial, now: datetime) -> None:
    """Store when a trial was shown for the first time."""
    if Trial.objects.filter(pk=trial.pk, first_shown_at=None).update(first_shown_at=now):
        trial.first_shown_at = now


@transaction.atomic
def submit_trial(
    *, session: Session, trial: Trial, answers: Mapping[str, str], evidence: Mapping[str, Any], now: datetime
) -> None:
    """Store a listener's answers to one trial and complete the session after its last one.

    `answers` gives a value for each of the question's fields. `evidence` is what the browser reported of the page;
    its `sounds` say for each presentation's key what it reported of that sound. Sending the same answers again
    changes nothing. Raises TrialOfAnotherSession, AnswerIsNotOnOffer, TrialAlreadyAnswered if the listener sent it
    before with other answers, TrialIsNotNext, SessionHasExpired, or SessionCannotGoOn before the sound check and
    after withdrawing.
    """
    session.refresh_from_db()
    if trial.session_id != session.pk:
        raise TrialOfAnotherSession(f"Trial {trial.position} belongs to another session: go back to your own page.")
    _check_is_alive(session, now)
    if session.state not in (SessionState.LISTENING, SessionState.COMPLETED):
        raise SessionCannotGoOn(f"The session is {session.state}, so no answer is expected: go back to its first page.")
    presentations = {each.position: each for each in trial.presentations.select_related("stimulus")}
    asked = asked_trial(trial, presentations.values())
    given = trial.block.test_method.question.answers(asked, answers)
    stored = {presentations[position]: answer for position, answer in given.items()}
    if _was_answered(trial, stored):
        return
    _check_is_next(session, trial)
    _store(trial, list(presentations.values()), stored, evidence, now)
    complete_if_answered(session, now)


@transaction.atomic
def skip_trial(*, session: Session, trial: Trial, reason: str, now: datetime) -> None:
    """Store that a trial was passed over without an answer because its sounds could not be played.

    Its place is free again. Skipping what was answered or skipped before changes nothing. Raises as submit_trial.
    """
    session.refresh_from_db()
    if trial.session_id != session.pk:
        raise TrialOfAnotherSession(f"Trial {trial.position} belongs to another session: go back to your own page.")
    _check_is_alive(session, now)
    if session.state != SessionState.LISTENING:
        raise SessionCannotGoOn(f"The session is {session.state}, so no trial is open: go back to its first page.")
    _check_is_next(session, trial)
    Trial.objects.filter(pk=trial.pk, answered_at=None, skipped_at=None).update(
        skipped_at=now, skip_reason=reason[:LONGEST_REASON]
    )
    complete_if_answered(session, now)


def find_session(key: str, now: datetime) -> Session:
    """Return the session with this key, also a completed or a withdrawn one.

    Raises SessionIsUnknown, or SessionHasExpired if it was not finished in time.
    """
    session = Session.objects.select_related("study", "listener").filter(key=key).first()
    if session is None:
        raise SessionIsUnknown("There is no such session: open the link that you were given, from its beginning.")
    _check_is_alive(session, now)
    return session


def find_presentation(key: str, now: datetime) -> Presentation:
    """Return the presentation with this key, with its clip.

    Raises PresentationIsUnknown, or SessionHasExpired if its session's time is over.
    """
    rows = Presentation.objects.select_related("trial__session", "stimulus__clip")
    presentation = rows.filter(key=key).first()
    if presentation is None:
        raise PresentationIsUnknown("There is no such sound: go back to the page that you came from.")
    if presentation.trial.session.expires_at <= now:
        raise _expired(presentation.trial.session)
    return presentation


def _session_seed(study: Study, is_simulated: bool, turn: int) -> int:
    """Return a seed that depends on nothing but the study's seed and the listener's turn."""
    kind = "simulated" if is_simulated else "real"
    return int.from_bytes(hashlib.sha256(f"{study.seed}/{kind}/{turn}".encode()).digest()[:6], "big")


def _was_answered(trial: Trial, given: Mapping[Presentation, Answer]) -> bool:
    """Return whether the trial has these answers; raise TrialAlreadyAnswered if it has others."""
    stored = dict(Rating.objects.filter(presentation__trial=trial).values_list("presentation_id", "response"))
    if stored and stored != {presentation.pk: answer.response for presentation, answer in given.items()}:
        raise TrialAlreadyAnswered(
            f"Trial {trial.position + 1} was answered before, and the first answer counts: go on with the next one."
        )
    return bool(stored)


def _check_is_next(session: Session, trial: Trial) -> None:
    if session.trials.filter(answered_at=None, skipped_at=None, position__lt=trial.position).exists():
        raise TrialIsNotNext(f"Trial {trial.position + 1} is not the next one: go back to the page of the session.")


def _store(
    trial: Trial,
    presentations: Sequence[Presentation],
    given: Mapping[Presentation, Answer],
    evidence: Mapping[str, Any],
    now: datetime,
) -> None:
    """Write the ratings and what was reported of all `presentations`.

    If another request has just done so, nothing is written: the first one counts.
    """
    of_page = {name: value for name, value in evidence.items() if name != "sounds"}
    if not Trial.objects.filter(pk=trial.pk, answered_at=None).update(answered_at=now, evidence=of_page):
        _was_answered(trial, given)
        return
    trial.answered_at = now
    of_sounds = evidence.get("sounds", {})
    reported = [each for each in presentations if each.key in of_sounds]
    for presentation in reported:
        presentation.evidence = of_sounds[presentation.key]
    if reported:
        Presentation.objects.bulk_update(reported, ["evidence"])
    Rating.objects.bulk_create(
        Rating(
            presentation=presentation,
            response=answer.response,
            score=answer.score,
            play_count=of_sounds.get(presentation.key, evidence).get("play_count", 0),
            answered_at=now,
        )
        for presentation, answer in given.items()
    )


def complete_if_answered(session: Session, now: datetime) -> None:
    """Complete a session of which no trial and no questionnaire is left."""
    if session.trials.filter(answered_at=None, skipped_at=None).exists() or pending_questionnaire(session):
        return
    judge_record(session=session, now=now)
    _move(session, SessionState.COMPLETED, completed_at=now, completion_code=new_completion_code())


def new_completion_code() -> str:
    """Return a code that nobody can guess."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


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


def _check_is_alive(session: Session, now: datetime) -> None:
    if session.has_expired(now):
        raise _expired(session)


def _expired(session: Session) -> SessionHasExpired:
    return SessionHasExpired(
        f"The session could be finished until {session.expires_at:%d %B %Y, %H:%M} UTC. The answers you had given are "
        "kept. Open the study's link again to begin anew."
    )
