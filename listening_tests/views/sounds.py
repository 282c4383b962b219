"""The sounds of trials, as listeners' browsers fetch them."""

import hashlib
import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from generation.audio_response import sound_response
from listening_tests.actions import delivering, trials
from listening_tests.sound_addresses import key_in_address
from listening_tests.views.listener_page import listener_page

logger = logging.getLogger(__name__)

SOUND_IS_MISSING = {
    "title": _("This sound cannot be played just now"),
    "message": _("The fault is ours. Your answers are kept: please come back later by your personal link."),
}


@require_safe
@listener_page
def sound(request: HttpRequest, address: str) -> HttpResponse:
    """Send a trial's sound under an address that says nothing of it, and store what was sent."""
    now = timezone.now()
    presentation = trials.find_presentation(key_in_address(address, now), now)
    try:
        copy = delivering.copy_for(presentation)
    except delivering.SoundCannotBeSent as reason:
        # The log names the file; the page must not.
        logger.error("A listener cannot hear a sound: %s", reason)
        return render(request, "listening_tests/listener/problem.html", SOUND_IS_MISSING, status=503)
    if request.method == "GET":
        delivering.note_delivery(presentation=presentation, sent=copy, now=now)
    return sound_response(request, copy.content, etag=_etag(presentation.key), content_type="audio/wav")


def _etag(key: str) -> str:
    """Return a mark of its own for each presentation, so that nobody can tell from it that two are of one clip."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
