"""The first page: what Hearsay is, or for a researcher what is going on."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from generation.models import Checkpoint, Clip, Corpus, Job
from listening_tests.models import Study
from listening_tests.states import StudyState

N_SHOWN = 5


@dataclass(frozen=True)
class NextStep:
    """What a researcher would do now, and where."""

    text: str
    label: str
    address: str


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what Hearsay is, or for a researcher studies, jobs and what there is to work with."""
    if not request.user.is_authenticated:
        return render(request, "listening_tests/welcome.html")
    studies = list(Study.objects.with_facts().newest_first()[:N_SHOWN])
    return render(
        request,
        "listening_tests/home.html",
        {
            "studies": studies,
            "jobs": Job.objects.open().with_progress().order_by("-created_at", "-pk")[:N_SHOWN],
            "n_studies": Study.objects.count(),
            "n_corpora": Corpus.objects.count(),
            "n_networks": Checkpoint.objects.count(),
            "n_clips": Clip.objects.count(),
            "next_step": next_step(studies[0] if studies else None),
        },
    )


def next_step(newest: Study | None) -> NextStep:
    """Return what is to be done next for the newest study, or how to come by one."""
    if newest is None:
        return NextStep(
            "Describe your first study: a corpus, networks, systems, words, and what listeners are asked.",
            "Plan a study",
            reverse("study_new"),
        )
    page = reverse("study_detail", args=[newest.slug])
    if newest.state == StudyState.DRAFT:
        return NextStep(f"“{newest.title}” is a draft: make its clips, then open it.", "Go to the study", page)
    if newest.state == StudyState.OPEN:
        return NextStep(f"“{newest.title}” is open: send its link to listeners.", "Find the link", page)
    return NextStep(f"“{newest.title}” is closed: see what listeners heard.", "See the study", page)
