"""What a listener learns of a practice trial after answering it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from listening_tests.models import Rating
from listening_tests.roles import TrialRole
from listening_tests.views.listener_page import listener_page, session_of_page
from listening_tests.views.trial_progress import trial_progress


@require_safe
@listener_page
def feedback(request: HttpRequest, session_key: str) -> HttpResponse:
    """Say what the answer to the last practice trial should have been."""
    session = session_of_page(session_key)
    practised = Rating.objects.filter(
        presentation__trial__session=session, presentation__trial__role=TrialRole.TRAINING
    ).select_related("presentation__stimulus", "presentation__trial__block")
    rating = practised.order_by("-presentation__trial__position").first()
    if rating is None:
        return redirect("session", session.key)
    stimulus = rating.presentation.stimulus
    is_scale = rating.score is not None
    page = {
        **trial_progress(session, rating.presentation.trial),
        "expected": stimulus.expected,
        "given": rating.response,
        "is_scale": is_scale,
        "is_right": _is_near(rating.score, stimulus.expected, stimulus.tolerance)
        if rating.score is not None
        else rating.response == stimulus.expected,
    }
    return render(request, "listening_tests/listener/feedback.html", page)


def _is_near(score: float, expected: str, tolerance: float) -> bool:
    return abs(score - float(expected)) <= tolerance
