"""A listener's way through the checks before listening.

The pages' items are made from the server's secret and the session, so a reload shows the same ones, and nobody who
knows the study file can work out the answers.
"""

import random
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.crypto import salted_hmac

from listening_tests.actions import session_states
from listening_tests.actions.verdicts import store_verdict
from listening_tests.checks.items import AnsweredItem
from listening_tests.checks.kinds import Consequence, Kind
from listening_tests.models import CheckItem, Session
from listening_tests.screening import ListeningCheck
from listening_tests.states import SessionState
from listening_tests.study_file.screenings import screenings_of

LONGEST_ANSWER = 500


def checks_of(session: Session) -> list[ListeningCheck]:
    """Return the checks before listening of a session's study, in order."""
    screenings = screenings_of(session.study.protocol)
    return [screening for screening in screenings if isinstance(screening, ListeningCheck)]


def check_named(session: Session, slug: str) -> ListeningCheck:
    """Return the check of this name in a session's study."""
    return next(check for check in checks_of(session) if check.slug() == slug)


def pending_check(session: Session) -> ListeningCheck | None:
    """Return the first check that has no verdict yet, or None once listening can begin."""
    if session.state != SessionState.CONSENTED:
        return None
    decided = set(session.verdicts.values_list("check_slug", flat=True))
    return next((check for check in checks_of(session) if check.slug() not in decided), None)


def screened_out_by(session: Session) -> str | None:
    """Return the kind of the check that ended a session before the sounds, if one did."""
    failed = session.verdicts.filter(has_passed=False, consequence=Consequence.SCREEN_OUT)
    return failed.values_list("kind", flat=True).first()


@transaction.atomic
def open_items(*, session: Session, check: ListeningCheck, now: datetime) -> list[CheckItem]:
    """Return what is still to be answered of the present attempt; make it first if there is none."""
    attempt = session.check_items.filter(check_slug=check.slug()).aggregate(last=Max("attempt"))["last"] or 0
    unanswered = _unanswered(session, check)
    if not unanswered:
        _make_items(session, check, attempt + 1)
        unanswered = _unanswered(session, check)
    CheckItem.objects.filter(pk__in=[item.pk for item in unanswered], shown_at=None).update(shown_at=now)
    return unanswered


@transaction.atomic
def answer_items(*, session: Session, answers: Mapping[str, str], now: datetime) -> None:
    """Store the answers to some items, by their keys, and decide on the check with the attempt's last one.

    The first answer to an item counts: sending it again, or another one, changes nothing.
    """
    # The lock makes the second of two clicks wait until the first has decided.
    session = Session.objects.select_for_update(of=("self",)).select_related("study").get(pk=session.pk)
    items = session.check_items.filter(key__in=answers, answered_at=None).order_by("position")
    for item in items:
        check = check_named(session, item.check_slug)
        item.answer = answers[item.key][:LONGEST_ANSWER]
        item.is_right = check.is_right(item.item, item.answer)
        item.answered_at = now
        item.save(update_fields=["answer", "is_right", "answered_at"])
    if items and session.state == SessionState.CONSENTED:
        _decide(session, check_named(session, items[0].check_slug), items[0].attempt, now)


def _decide(session: Session, check: ListeningCheck, attempt: int, now: datetime) -> None:
    """Store the verdict if the attempt is over and either passed or the last one."""
    items = list(session.check_items.filter(check_slug=check.slug(), attempt=attempt).order_by("position"))
    if any(item.answered_at is None for item in items):
        return
    finding = check.evaluate([AnsweredItem(item.item, item.answer, bool(item.is_right)) for item in items])
    if not finding.has_passed and attempt < check.attempts:
        return
    finding.detail["attempts"] = attempt
    verdict = store_verdict(session=session, screening=check, finding=finding, now=now)
    if not verdict.has_passed and verdict.consequence == Consequence.SCREEN_OUT:
        # Whoever did not understand the task is asked to return the study, which takes no code.
        session_states.screen_out(session=session, is_paid=check.kind != Kind.COMPREHENSION, now=now)
    begin_if_checked(session=session, now=now)


def begin_if_checked(*, session: Session, now: datetime) -> None:
    """Let the listening begin if no check is left."""
    if session.state == SessionState.CONSENTED and pending_check(session) is None:
        session_states.begin_listening(session=session, now=now)


def _unanswered(session: Session, check: ListeningCheck) -> list[CheckItem]:
    items = session.check_items.filter(check_slug=check.slug(), answered_at=None).order_by("attempt", "position")
    return list(items)


def _make_items(session: Session, check: ListeningCheck, attempt: int) -> None:
    """Store an attempt's items. Two requests at once make the same ones, of which the first are kept."""
    CheckItem.objects.bulk_create(
        [
            CheckItem(session=session, check_slug=check.slug(), attempt=attempt, position=position, item=dict(facts))
            for position, facts in enumerate(check.items(_dice(session, check, attempt)))
        ],
        ignore_conflicts=True,
    )


def _dice(session: Session, check: ListeningCheck, attempt: int) -> random.Random:
    message = f"{session.key}/{check.slug()}/{attempt}"
    digest = salted_hmac("listening_tests.screening", message, algorithm="sha256").digest()
    return random.Random(int.from_bytes(digest, "big"))
