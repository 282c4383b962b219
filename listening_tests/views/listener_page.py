"""What all pages for listeners have in common."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_exempt

from listening_tests.actions.sessions import (
    PresentationIsUnknown,
    SessionHasExpired,
    SessionIsUnknown,
    TrialOfAnotherSession,
)

View = Callable[..., HttpResponse]

# Which fact becomes which status, and the heading above its words.
PROBLEMS: dict[type[Exception], tuple[int, str]] = {
    SessionIsUnknown: (404, "This address leads nowhere"),
    PresentationIsUnknown: (404, "There is no such sound"),
    TrialOfAnotherSession: (409, "This answer belongs to another session"),
    SessionHasExpired: (410, "The time for this session is over"),
}


def listener_page(view: View) -> View:
    """Turn what actions raise into pages in plain words, and keep the page's address to ourselves.

    These pages need no token against forged requests: what allows an action is the session's own key in the address,
    which no other site knows, not a cookie. So they work without cookies, and an answer is never refused because a
    cookie was lost on the way. (It would be refused, too: with `Referrer-Policy: no-referrer` browsers do not tell a
    form's origin, and Django takes such a form for a forged one.)
    """

    @wraps(view)
    def guarded(request: HttpRequest, **parts: str) -> HttpResponse:
        try:
            response = view(request, **parts)
        except tuple(PROBLEMS) as problem:
            status, title = PROBLEMS[type(problem)]
            # Also whose time is over may have the answers deleted.
            key = parts.get("session_key") if status == 410 else None
            words = {"title": title, "message": str(problem), "session_key": key}
            response = render(request, "listening_tests/listener/problem.html", words, status=status)
        # The address of a session is its key: no other site, search engine or cache shall have it.
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    return csrf_exempt(guarded)
