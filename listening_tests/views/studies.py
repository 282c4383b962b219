"""A researcher's pages about studies: which there are, how far one is, opening and closing it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from listening_tests.actions import studies
from listening_tests.models import Study
from listening_tests.study_overview import block_progress, system_titles

STUDIES_PER_PAGE = 50


@login_required
@require_safe
def study_list(request: HttpRequest) -> HttpResponse:
    """List all studies, newest first."""
    rows = Study.objects.with_facts().select_related("owner").newest_first()
    page = Paginator(rows, STUDIES_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "listening_tests/study_list.html", {"page": page})


@login_required
@require_safe
def study_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a study's protocol, how far it is, and what can be done with it."""
    study = get_object_or_404(Study.objects.with_facts().select_related("owner"), slug=slug)
    now = timezone.now()
    blocks = block_progress(study, now)
    context = {
        "study": study,
        "blocks": blocks,
        "has_ratings": any(progress.n_real or progress.n_simulated for progress in blocks),
        "systems": list(system_titles(study).values()),
        "tallies": {
            "Real listeners": study.sessions.of(is_simulated=False).tally(now),
            "Simulated listeners": study.sessions.of(is_simulated=True).tally(now),
        },
        "link": request.build_absolute_uri(reverse("take_study", args=[slug])),
        # By its plain address, because analysis comes after listening tests and is not known here.
        "results": f"/results/{slug}/",
        "planning": f"/planning/?study={slug}",
    }
    return render(request, "listening_tests/study_detail.html", context)


@login_required
@require_POST
def study_open(request: HttpRequest, slug: str) -> HttpResponse:
    """Open a study to listeners, or say why not."""
    study = get_object_or_404(Study, slug=slug)
    try:
        studies.open_study(study=study, now=timezone.now())
        messages.success(request, "The study is open: send its link to listeners.")
    except studies.StudyCannotOpen as error:
        messages.error(request, str(error))
    return redirect("study_detail", slug)


@login_required
@require_POST
def study_close(request: HttpRequest, slug: str) -> HttpResponse:
    """Close a study to new listeners, or say why not."""
    study = get_object_or_404(Study, slug=slug)
    try:
        studies.close_study(study=study, now=timezone.now())
        messages.success(request, "The study is closed. Listeners who have begun may finish.")
    except studies.StudyCannotClose as error:
        messages.error(request, str(error))
    return redirect("study_detail", slug)
