"""What all pages for listeners have in common."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from listening_tests.actions.recruitment import HasTakenPart, SubmissionIsTaken
from listening_tests.actions.session_states import SessionHasExpired
from listening_tests.actions.sessions import SessionIsUnknown, find_session
from listening_tests.actions.trials import PresentationIsUnknown, TrialOfAnotherSession
from listening_tests.models import Session
from listening_tests.recruiter import ArrivalIsIncomplete

View = Callable[..., HttpResponse]

# Which fact becomes which status, and what the listener reads of it.
PROBLEMS: dict[type[Exception], tuple[int, Promise, Promise]] = {
    SessionIsUnknown: (
        404,
        _("This address leads nowhere"),
        _("There is no such session: open the link that you were given, from its beginning."),
    ),
    PresentationIsUnknown: (
        404,
        _("There is no such sound"),
        _("Go back to the page that you came from, or open your personal link."),
    ),
    ArrivalIsIncomplete: (
        400,
        _("The address of this study is incomplete"),
        _("Go back to where you found the study and open it from there, so that we know whom to thank and to pay."),
    ),
    HasTakenPart: (
        409,
        _("You have taken part in this study before"),
        _("It can be taken once, and the time for the session that you had begun is over. Thank you all the same!"),
    ),
    SubmissionIsTaken: (
        409,
        _("This place is somebody else’s"),
        _("Go back to where you found the study and open it from there, with your own account."),
    ),
    TrialOfAnotherSession: (
        409,
        _("This answer belongs to another session"),
        _("Go back to your own page, or open your personal link."),
    ),
    SessionHasExpired: (
        410,
        _("The time for this session is over"),
        _("The answers you had given are kept. Open the study’s link again to begin anew."),
    ),
}


def listener_page(view: View) -> View:
    """Turn what actions raise into pages in plain words, and keep the page's address to ourselves.

    The page is in the language that the browser prefers until the view chooses another: a session has its own.
    These pages need no token against forged requests: what allows an action is the session's own key in the address,
    which no other site knows, not a cookie. So they work without cookies, and an answer is never refused because a
    cookie was lost on the way. (It would be refused, too: with `Referrer-Policy: no-referrer` browsers do not tell a
    form's origin, and Django takes such a form for a forged one.)
    """

    @wraps(view)
    def guarded(request: HttpRequest, **parts: str) -> HttpResponse:
        with translation.override(translation.get_language_from_request(request)):
            try:
                response = view(request, **parts)
            except tuple(PROBLEMS) as problem:
                response = _problem_page(request, problem, parts)
        # The address of a session is its key: no other site, search engine or cache shall have it.
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    return csrf_exempt(guarded)


def session_of_page(session_key: str) -> Session:
    """Return the session with this key, and speak its language from here on.

    Raises SessionIsUnknown, or SessionHasExpired if it was not finished in time.
    """
    session = find_session(session_key, timezone.now())
    translation.activate(session.language)
    return session


def _problem_page(request: HttpRequest, problem: Exception, parts: dict[str, str]) -> HttpResponse:
    status, title, message = PROBLEMS[type(problem)]
    # Also whose time is over may withdraw.
    key = parts.get("session_key") if status == 410 else None
    page = {"title": title, "message": message, "session_key": key}
    return render(request, "listening_tests/listener/problem.html", page, status=status)
