"""What a listener reads before taking part, agrees to, and may keep."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from listening_tests.actions import recruitment, rights, sessions
from listening_tests.actions.recruitment_outcomes import ways_out
from listening_tests.checks.kinds import Consequence
from listening_tests.consent_tokens import new_consent_token
from listening_tests.forms import ConsentForm
from listening_tests.models import Session, Study
from listening_tests.recruiter import Arrival
from listening_tests.session_length import n_sounds_per_session
from listening_tests.simulation.entry_pass import is_simulation_pass
from listening_tests.states import SessionState
from listening_tests.study_file.recruitment import recruiter_of
from listening_tests.study_file.schema import ListenersSection
from listening_tests.study_file.screenings import screenings_of
from listening_tests.views.listener_page import listener_page, session_of_page
from listening_tests.views.own_sessions import latest_session, remember


@require_http_methods(["GET", "HEAD", "POST"])
@listener_page
def take_study(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what the study is, and begin a session for whoever agrees."""
    study = get_object_or_404(Study, slug=slug)
    terms = terms_of(study)
    _speak_one_of(terms.languages, request)
    arrival = None if _is_simulated(request, study) else recruitment.arrival_at(study, request.GET)
    begun = _session_to_go_on_with(request, study, arrival)
    if begun is not None and (arrival or _has_one_try(request, begun)):
        return redirect("session", begun.key)
    form = ConsentForm(study, arrival, request.POST or None)
    page: dict[str, Any] = {"study": study, "begun": begun, "form": form, "terms": terms}
    try:
        if form.is_valid():
            return _begin(request, study, arrival, form.cleaned_data["token"])
        sessions.check_takes_listeners(study=study, now=timezone.now(), is_simulated=_is_simulated(request, study))
    except (sessions.StudyIsClosed, sessions.StudyIsFull) as reason:
        page |= {"is_full": isinstance(reason, sessions.StudyIsFull), "ways_out": ways_out(study)}
        return render(request, "listening_tests/listener/takes_no_one.html", page)
    page |= {
        "token": new_consent_token(study, arrival),
        "n_sounds": n_sounds_per_session(study),
        "consent": consent_text(study),
        "ways_out": ways_out(study),
        "languages": [(code, name) for code, name in settings.LANGUAGES if code in terms.languages],
        "address": _address_without_language(request),
    }
    return render(request, "listening_tests/listener/consent.html", page, status=400 if form.errors else 200)


@require_safe
@listener_page
def consent_copy(request: HttpRequest, session_key: str) -> HttpResponse:
    """Show a listener the words that they agreed to."""
    return render(request, "listening_tests/listener/consent_copy.html", {"session": session_of_page(session_key)})


def consent_text(study: Study) -> str:
    """Return what listeners of a study agree to, as HTML in the present language: the same for all of them."""
    page = {
        "study": study,
        "terms": terms_of(study),
        "rights": rights.rights_of(study),
        "blocks": study.blocks.order_by("position", "pk"),
        "has_recruiter": recruiter_of(study.protocol).knows_people,
        "may_end_early": any(each.consequence == Consequence.SCREEN_OUT for each in screenings_of(study.protocol)),
    }
    return render_to_string("listening_tests/listener/consent_text.html", page)


def terms_of(study: Study) -> ListenersSection:
    """Return what the study file tells listeners, with its defaults."""
    return ListenersSection.model_validate(study.protocol.get("listeners", {}))


def _speak_one_of(languages: list[Any], request: HttpRequest) -> None:
    """Speak the language that was asked for, or the browser's, or the study's first one."""
    asked = request.POST.get("language") or request.GET.get("language") or translation.get_language()
    translation.activate(asked if asked in languages else languages[0])


def _address_without_language(request: HttpRequest) -> str:
    """Return this page's address, keeping what a recruiter put into it, up to the name of a language."""
    kept = request.GET.copy()
    kept.pop("language", None)
    return f"?{kept.urlencode()}&language=" if kept else "?language="


def _is_simulated(request: HttpRequest, study: Study) -> bool:
    """Return whether one of our own simulated listeners asks: no service sends them."""
    given = request.POST.get("simulation_pass") or request.GET.get("simulation_pass", "")
    return is_simulation_pass(given, study)


def _session_to_go_on_with(request: HttpRequest, study: Study, arrival: Arrival | None) -> Session | None:
    """Return the session that this person, or else this browser, has begun and can return to, if only for its code."""
    if arrival is not None:
        return recruitment.session_to_go_on_with(study=study, arrival=arrival, now=timezone.now())
    begun = latest_session(request, study)
    if begun is None or begun.state == SessionState.WITHDRAWN or begun.has_expired(timezone.now()):
        return None
    return begun


def _has_one_try(request: HttpRequest, begun: Session) -> bool:
    """Return whether this browser goes on with what was begun in it: it may be another person's now.

    But nobody shall try a check until it is passed, so who was screened out may not say so.
    """
    if begun.state == SessionState.SCREENED_OUT:
        return True
    return request.method == "POST" and "anew" not in request.POST


def _begin(request: HttpRequest, study: Study, arrival: Arrival | None, consent_token: str) -> HttpResponse:
    now, language = timezone.now(), translation.get_language()
    consent = rights.store_consent(study=study, text=consent_text(study), language=language, now=now)
    session = recruitment.begin_session(
        study=study,
        arrival=arrival,
        now=now,
        is_simulated=_is_simulated(request, study),
        consent=consent,
        language=language,
        consent_token=consent_token,
    )
    response = redirect(reverse("session", args=[session.key]))
    remember(request, response, session)
    return response
