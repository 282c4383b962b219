"""A session's trials: shown, answered or skipped, in the server's order, each once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from listening_tests.actions.session_states import (
    SessionCannotGoOn,
    SessionHasExpired,
    check_is_alive,
    complete_if_answered,
)
from listening_tests.asked_trials import asked_trial
from listening_tests.models import Presentation, Rating, Session, Trial
from listening_tests.questions import Answer
from listening_tests.states import SessionState

LONGEST_REASON = 200


class PresentationIsUnknown(Exception):
    """No sound has this key: the address is mistyped or forged."""


class TrialOfAnotherSession(Exception):
    """The trial does not belong to the session."""


class TrialIsNotNext(Exception):
    """A trial is answered before its turn."""


class TrialAlreadyAnswered(Exception):
    """The trial has other answers already."""


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
    check_is_alive(session, now)
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
    check_is_alive(session, now)
    if session.state != SessionState.LISTENING:
        raise SessionCannotGoOn(f"The session is {session.state}, so no trial is open: go back to its first page.")
    _check_is_next(session, trial)
    Trial.objects.filter(pk=trial.pk, answered_at=None, skipped_at=None).update(
        skipped_at=now, skip_reason=reason[:LONGEST_REASON]
    )
    complete_if_answered(session, now)


def find_presentation(key: str, now: datetime) -> Presentation:
    """Return the presentation with this key, with its clip.

    Raises PresentationIsUnknown, or SessionHasExpired if its session's time is over.
    """
    rows = Presentation.objects.select_related("trial__session", "stimulus__clip")
    presentation = rows.filter(key=key).first()
    if presentation is None:
        raise PresentationIsUnknown("There is no such sound: go back to the page that you came from.")
    if presentation.trial.session.expires_at <= now:
        raise SessionHasExpired(presentation.trial.session)
    return presentation


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
