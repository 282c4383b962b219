"""A researcher's page about where a study's listeners come from, what they cost, and what became of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from listening_tests.actions import recruitment, recruitment_prolific, recruitment_submissions
from listening_tests.models import Study, Submission
from listening_tests.recruitment.prolific.client import (
    REJECTION_CATEGORIES,
    ProlificIsUnreachable,
    ProlificRefused,
    RejectionIsMalformed,
    TokenIsMissing,
)
from listening_tests.recruitment.prolific.costs import PayIsTooLow
from listening_tests.recruitment_overview import recruitment_overview, submission_rows

REFUSALS = (
    PayIsTooLow,
    ProlificIsUnreachable,
    ProlificRefused,
    RejectionIsMalformed,
    TokenIsMissing,
    recruitment_prolific.StudyIsNotForProlific,
    recruitment_prolific.StudyIsNotThere,
    recruitment_prolific.StudyIsThereAlready,
    recruitment_prolific.StudyTakesNobody,
    recruitment_submissions.RejectionIsNotAllowed,
    recruitment_submissions.SubmissionIsUnknown,
)
MOVES = {"publish": "PUBLISH", "pause": "PAUSE", "start": "START", "stop": "STOP"}


@login_required
@require_safe
def study_recruitment(request: HttpRequest, slug: str) -> HttpResponse:
    """Show how a study recruits, what that costs, and how each submission stands."""
    study = get_object_or_404(Study, slug=slug)
    context = {
        "study": study,
        **recruitment_overview(study),
        "submissions": submission_rows(study),
        "categories": REJECTION_CATEGORIES,
        "link": _link(request, study),
        "webhook": request.build_absolute_uri(reverse("prolific_webhook")),
    }
    return render(request, "listening_tests/recruitment.html", context)


@login_required
@require_POST
def change_recruitment(request: HttpRequest, slug: str) -> HttpResponse:
    """Do what a button of the page says, or say why not."""
    study = get_object_or_404(Study, slug=slug)
    try:
        messages.success(request, _do(request, study, request.POST.get("do", "")))
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("study_recruitment", slug)


@login_required
@require_POST
def review_submission(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Approve or reject one submission, or say why not."""
    submission = get_object_or_404(Submission.objects.select_related("study"), pk=pk, study__slug=slug)
    try:
        client, now = recruitment_prolific.prolific_client(), timezone.now()
        if request.POST.get("do") == "reject":
            recruitment_submissions.reject(
                submission=submission,
                client=client,
                message=request.POST.get("message", ""),
                category=request.POST.get("category", ""),
                now=now,
            )
            messages.success(request, "The submission is rejected; its listener is told why.")
        else:
            recruitment_submissions.approve(submission=submission, client=client, now=now)
            messages.success(request, "The submission is approved; its listener is paid.")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("study_recruitment", slug)


def _do(request: HttpRequest, study: Study, what: str) -> str:
    """Do one thing and return what there is to say of it. Raises one of REFUSALS."""
    now = timezone.now()
    if what == "codes":
        recruitment.recruitment_of(study=study, now=now)
        return "Here are the completion codes."
    if what == "erase":
        return f"{recruitment.erase_ids(study=study)} ids are deleted."
    client = recruitment_prolific.prolific_client()
    if what == "create":
        recruitment_prolific.create_there(study=study, client=client, address=_link(request, study), now=now)
        return "The study is at Prolific, unpublished: look at it there, then publish it."
    if what in MOVES:
        moved = recruitment_prolific.move_there(study=study, client=client, action=MOVES[what], now=now)
        return f"At Prolific the study is {moved.state_there.lower()} now."
    if what == "sync":
        synced = recruitment_submissions.sync_submissions(study=study, client=client, now=now)
        added = f"places added: {synced.n_places_added}"
        return f"{synced.n_changed} of {synced.n_submissions} submissions have changed; {added}."
    if what == "settle":
        recruitment_submissions.sync_submissions(study=study, client=client, now=now)
        n_approved, n_screened_out = recruitment_submissions.settle(study=study, client=client, now=now)
        return f"{n_approved} submissions are approved, {n_screened_out} screened out with pay."
    raise Http404("There is no such button.")


def _link(request: HttpRequest, study: Study) -> str:
    return request.build_absolute_uri(reverse("take_study", args=[study.slug]))
