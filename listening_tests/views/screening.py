"""The pages of checks before listening, and their sounds."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from generation.audio_response import sound_response
from listening_tests.actions import delivering, screening, session_states
from listening_tests.checks.items import ANSWER, ASKED, AskedItem
from listening_tests.checks.sounds import SoundDoesNotExist, check_sound_file
from listening_tests.models import CheckItem, Session
from listening_tests.questions import AnswerIsNotOnOffer, Widget
from listening_tests.screening import ListeningCheck
from listening_tests.sound_addresses import key_in_address
from listening_tests.views.listener_page import listener_page, session_of_page

# Letters of a label that does not break on a page 320 px wide with three of them in a row.
SHORT = 3


@dataclass(frozen=True)
class ShownItem:
    """An item as its page shows it, with what was given before and what is wrong with that."""

    key: str
    asked: AskedItem
    value: str = ""
    error: str = ""

    @property
    def name(self) -> str:
        return f"{ANSWER}{self.key}"

    @property
    def is_short(self) -> bool:
        """Whether the answers on offer have room beside one another on a telephone."""
        return all(len(choice.label) <= SHORT for choice in self.asked.field.choices)


@require_http_methods(["GET", "HEAD", "POST"])
@listener_page
def check(request: HttpRequest, session_key: str) -> HttpResponse:
    """Ask what the next check wants to know, or store what was answered and go on."""
    now = timezone.now()
    session = session_of_page(session_key)
    pending = screening.pending_check(session)
    if pending is None:
        screening.begin_if_checked(session=session, now=now)
        return redirect("session", session.key)
    items = screening.open_items(session=session, check=pending, now=now)
    if request.method == "POST":
        answers = _sent_answers(request)
        # What was answered before, or belongs to a page that is over, needs no second look: the first answer counts.
        shown = [_shown(pending, item, answers[item.key]) for item in items if item.key in answers]
        if not any(item.error for item in shown):
            screening.answer_items(session=session, answers={item.key: item.value for item in shown}, now=now)
            return redirect("session", session.key)
        return _page(request, session, pending, items, shown, status=400)
    asked = items if pending.is_one_page else items[:1]
    return _page(request, session, pending, items, [_shown(pending, item) for item in asked])


@require_safe
@listener_page
def check_sound(request: HttpRequest, address: str, number: int) -> HttpResponse:
    """Send one of the sounds of an item, under an address that says nothing of it."""
    now = timezone.now()
    item = get_object_or_404(CheckItem.objects.select_related("session__study"), key=key_in_address(address, now))
    if item.session.has_expired(now):
        raise session_states.SessionHasExpired(item.session)
    try:
        path = check_sound_file(screening.check_named(item.session, item.check_slug), item.item, number)
    except SoundDoesNotExist as error:
        raise Http404(str(error)) from error
    own = f"{item.key}/{number}"
    # The two sounds of a pair may be the same: their bytes must not tell.
    content = delivering.copy_of(path, own).content
    etag = hashlib.sha256(own.encode()).hexdigest()[:32]
    return sound_response(request, content, etag=etag, content_type="audio/wav")


def _sent_answers(request: HttpRequest) -> dict[str, str]:
    """Return what was answered to each item that the page asked, by its key, empty where nothing was."""
    keys = [name.removeprefix(ASKED) for name in request.POST if name.startswith(ASKED)]
    return {key: request.POST.get(f"{ANSWER}{key}", "").strip() for key in keys}


def _shown(check: ListeningCheck, item: CheckItem, value: str | None = None) -> ShownItem:
    asked = check.ask(item.item)
    error = "" if value is None else _fault(asked, value)
    return ShownItem(item.key, asked, value or "", error)


def _fault(asked: AskedItem, value: str) -> str:
    """Return what is wrong with an answer that was sent, or nothing."""
    if asked.field.widget == Widget.TEXT:
        return "" if value else str(_("Please type what you heard, then go on."))
    try:
        asked.field.choice(value)
    except AnswerIsNotOnOffer:
        return str(_("Please choose one answer, then go on."))
    return ""


def _page(
    request: HttpRequest,
    session: Session,
    check: ListeningCheck,
    items: list[CheckItem],
    shown: list[ShownItem],
    status: int = 200,
) -> HttpResponse:
    n_items = session.check_items.filter(check_slug=check.slug(), attempt=items[0].attempt).count()
    page: dict[str, Any] = {
        "session": session,
        "check": check,
        "items": shown,
        "is_another_attempt": items[0].attempt > 1 and items[0].position == 0,
        "number": items[0].position + 1,
        "n_items": n_items,
        "has_sounds": any(item.asked.sounds for item in shown),
    }
    return render(request, "listening_tests/listener/check.html", page, status=status)
