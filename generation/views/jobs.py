"""Jobs: what is being worked on, how far it is, and what went wrong."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from generation.actions.jobs import JobCannotBeRetried, JobHasEnded, cancel_job, retry_job
from generation.learning_curve import learning_curves
from generation.models import Checkpoint, Clip, Job, JobItem
from generation.views.clips import judged, with_panels
from generation.views.pages import ROWS, page_of

ITEMS_ON_A_PAGE = 100


@login_required
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    jobs = Job.objects.with_progress().select_related("requested_by").order_by("-created_at", "-pk")
    return render(request, "generation/job_list.html", {"page": page_of(request, jobs)})


@login_required
@require_safe
def job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(Job.objects.with_progress().select_related("requested_by"), pk=pk)
    items = page_of(request, job.items.order_by("position", "pk"), rows_per_page=ITEMS_ON_A_PAGE)
    return render(request, "generation/job_detail.html", {"job": job, "page": items, **_made(items)})


def _made(items: Iterable[JobItem]) -> dict[str, Any]:
    """Return what parts of a job have made: trained networks with their curves, and the first of the clips."""
    results = [item.result for item in items]
    networks = Checkpoint.objects.filter(pk__in=[result["checkpoint"] for result in results if "checkpoint" in result])
    keys = [key for result in results for key in result.get("clips", ())]
    return {
        "trained": [(network, learning_curves(network.card)) for network in networks],
        "rows": judged(with_panels(Clip.objects.filter(key__in=keys[:ROWS]))),
        "n_clips": len(keys),
    }


@login_required
@require_POST
def job_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(Job, pk=pk)
    try:
        cancel_job(job=job)
        messages.success(request, "The job is cancelled. What is being done stops at its next step.")
    except JobHasEnded as error:
        messages.error(request, str(error))
    return redirect("job_detail", job.pk)


@login_required
@require_POST
def job_retry(request: HttpRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(Job, pk=pk)
    try:
        retry_job(job=job)
        messages.success(request, "The job is asked for again; what was done stays done.")
    except JobCannotBeRetried as error:
        messages.error(request, str(error))
    return redirect("job_detail", job.pk)
