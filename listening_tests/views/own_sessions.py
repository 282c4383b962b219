"""Which sessions a browser has begun, kept in a signed cookie, so that a listener who comes back can go on."""

import json

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from listening_tests.models import Session, Study

COOKIE = "hearsay_sessions"
SALT = "listening_tests.own_sessions"
MOST = 20
THIRTY_DAYS = 30 * 24 * 3600


def remember(request: HttpRequest, response: HttpResponse, session: Session) -> None:
    """Let the browser find the session again from its study's page; the cookie goes to no other address."""
    keys = [session.key, *_keys(request)][:MOST]
    response.set_signed_cookie(
        COOKIE,
        json.dumps(keys),
        salt=SALT,
        max_age=THIRTY_DAYS,
        path=reverse("take_study", args=[session.study.slug]),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def latest_session(request: HttpRequest, study: Study) -> Session | None:
    """Return the session of the study that this browser began last, if any."""
    return study.sessions.filter(key__in=_keys(request)).select_related("study").order_by("-consented_at", "pk").first()


def _keys(request: HttpRequest) -> list[str]:
    try:
        kept = request.get_signed_cookie(COOKIE, default="[]", salt=SALT, max_age=THIRTY_DAYS)
    except signing.BadSignature:
        # Cut off, expired or made up: the browser has begun nothing that we know of.
        return []
    return [str(key) for key in json.loads(kept or "[]")]
