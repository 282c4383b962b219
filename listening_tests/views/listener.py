"""What a listener sees, from the first sound to the completion code."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from listening_tests.actions import rights, session_states, sessions, trials
from listening_tests.actions.recruitment_outcomes import completion_of
from listening_tests.actions.screening import screened_out_by
from listening_tests.forms import TrialForm
from listening_tests.models import Presentation, Session, Trial
from listening_tests.questionnaires import pending_questionnaire
from listening_tests.questions import AnswerIsNotOnOffer
from listening_tests.roles import TrialRole
from listening_tests.states import SessionState
from listening_tests.views.consent import terms_of
from listening_tests.views.listener_page import listener_page, session_of_page
from listening_tests.views.trial_progress import trial_progress

PAGE_OF_STATE = {
    SessionState.CONSENTED: "check",
    SessionState.LISTENING: "trial",
    SessionState.COMPLETED: "thanks",
    SessionState.SCREENED_OUT: "thanks",
    SessionState.WITHDRAWN: "withdraw",
}


@require_safe
@listener_page
def session(request: HttpRequest, session_key: str) -> HttpResponse:
    """Lead a listener to where the session stands: the personal link."""
    return _go_on(session_of_page(session_key))


@require_http_methods(["GET", "HEAD", "POST"])
@listener_page
def trial(request: HttpRequest, session_key: str) -> HttpResponse:
    """Put the next trial to the listener, or store the answer to one and go on."""
    now = timezone.now()
    session = session_of_page(session_key)
    if request.method == "POST":
        return _answer(request, session)
    following = session.next_trial() if session.state == SessionState.LISTENING else None
    if following is None or pending_questionnaire(session):
        return _go_on(session)
    if _begins_part(following) and "begin" not in request.GET:
        page = {**trial_progress(session, following), "sound_addresses": _sounds_of_part(following)}
        return render(request, "listening_tests/listener/part.html", page)
    if _is_time_for_a_rest(following) and "rested" not in request.GET:
        return render(request, "listening_tests/listener/break.html", trial_progress(session, following))
    trials.show_trial(trial=following, now=now)
    return _show_trial(request, session, following, TrialForm(following))


@require_safe
@listener_page
def thanks(request: HttpRequest, session_key: str) -> HttpResponse:
    """Give the completion code, and say what happens to the answers."""
    session = session_of_page(session_key)
    if session.state not in (SessionState.COMPLETED, SessionState.SCREENED_OUT):
        return _go_on(session)
    page = {
        "session": session,
        "link": request.build_absolute_uri(reverse("session", args=[session.key])),
        "terms": terms_of(session.study),
        "rests_on_synthetic_speech": session.study.rests_on_synthetic_speech(),
        "failed_kind": screened_out_by(session),
        "completion": completion_of(session),
    }
    return render(request, "listening_tests/listener/thanks.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@listener_page
def withdraw(request: HttpRequest, session_key: str) -> HttpResponse:
    """Ask whether the answers shall be deleted, and delete them; also when the time for the session is over."""
    session = Session.objects.select_related("study").filter(key=session_key).first()
    if session is None:
        raise sessions.SessionIsUnknown("There is no such session: check that the link is complete.")
    if request.method == "POST":
        rights.withdraw(session=session, now=timezone.now())
        return redirect("withdraw", session.key)
    translation.activate(session.language)
    page = {"session": session, "rights": rights.rights_of(session.study), "completion": completion_of(session)}
    return render(request, "listening_tests/listener/withdraw.html", page)


def _go_on(session: Session) -> HttpResponse:
    if session.state == SessionState.LISTENING and pending_questionnaire(session):
        return redirect("questionnaire", session.key)
    return redirect(PAGE_OF_STATE[SessionState(session.state)], session.key)


def _answer(request: HttpRequest, session: Session) -> HttpResponse:
    """Store the answer that was sent, whatever its trial's turn, and lead on to where the session stands."""
    answered = _named_trial(request.POST.get("sound", ""))
    if request.POST.get("skipped"):
        return _skip(session, answered, request.POST["skipped"])
    form = TrialForm(answered, request.POST)
    if answered.session_id == session.pk and not form.is_valid():
        return _show_trial(request, session, answered, form)
    try:
        trials.submit_trial(
            session=session,
            trial=answered,
            answers=form.answers() if form.is_valid() else {},
            evidence=form.reported() if form.is_valid() else {},
            now=timezone.now(),
        )
    except (trials.TrialAlreadyAnswered, trials.TrialIsNotNext, session_states.SessionCannotGoOn):
        # A second click, the back button, an old window: the first answer counts, and the present page is the way on.
        return _go_on(session)
    except AnswerIsNotOnOffer as refused:
        form.add_error(None, str(refused))
        return _show_trial(request, session, answered, form)
    return redirect("feedback" if answered.role == TrialRole.TRAINING else "trial", session.key)


def _skip(session: Session, trial: Trial, reason: str) -> HttpResponse:
    """Store that a trial's sounds could not be played, and lead on to where the session stands."""
    try:
        trials.skip_trial(session=session, trial=trial, reason=reason, now=timezone.now())
    except (trials.TrialIsNotNext, session_states.SessionCannotGoOn):
        return _go_on(session)
    return redirect("trial", session.key)


def _named_trial(sound: str) -> Trial:
    """Return the trial with this first sound. Raises PresentationIsUnknown."""
    rows = Trial.objects.select_related("block", "session")
    named = rows.filter(presentations__key=sound, presentations__position=0).first()
    if named is None:
        raise trials.PresentationIsUnknown(
            "The answer names no sound of ours: go back to your session and send it anew."
        )
    return named


def _begins_part(trial: Trial) -> bool:
    """Return whether the trial is the first of its block and was not shown yet."""
    earlier = Trial.objects.filter(session=trial.session_id, block=trial.block_id, position__lt=trial.position)
    return trial.first_shown_at is None and not earlier.exists()


def _sounds_of_part(first: Trial) -> list[str]:
    """Return the addresses of all sounds of the part that a trial begins, in the order of their turns."""
    rows = Presentation.objects.filter(trial__session=first.session_id, trial__block=first.block_id)
    keys = rows.order_by("trial__position", "position").values_list("key", flat=True)
    return [reverse("sound", args=[key]) for key in keys]


def _is_time_for_a_rest(trial: Trial) -> bool:
    """Return whether the block has a rest before this trial and the trial was not shown yet."""
    every = trial.block.settings.get("break_after")
    if every is None or trial.first_shown_at is not None:
        return False
    earlier = Trial.objects.filter(session=trial.session_id, block=trial.block_id, position__lt=trial.position).count()
    return earlier > 0 and earlier % int(every) == 0


def _show_trial(request: HttpRequest, session: Session, trial: Trial, form: TrialForm) -> HttpResponse:
    page = {
        **trial_progress(session, trial),
        "form": form,
        "sounds": form.presentations,
        "questions": list(form.questions()),
        "player": trial.block.test_method.player.value,
        "minimum_plays": trial.block.settings.get("minimum_plays", 1),
        "maximum_plays": trial.block.settings.get("maximum_plays"),
    }
    return render(request, "listening_tests/listener/trial.html", page, status=400 if form.errors else 200)
