"""The results of a study, for researchers."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from analysis.page import shown_clips, shown_results
from analysis.records import Answered, Listeners, answered_in, record_of, results_of
from analysis.stopping_table import shown_stopping
from listening_tests.models import Study

STUDIES_PER_PAGE = 50
CLIPS_PER_PAGE = 40


@dataclass(frozen=True)
class Asked:
    """A study and whose answers were asked for."""

    study: Study
    answered: Answered
    listeners: Listeners

    @property
    def query(self) -> str:
        """What keeps the choice of listeners in an address."""
        return f"?listeners={self.listeners}"


def asked_for(request: HttpRequest, slug: str) -> Asked:
    """Return the study of this address and the listeners it asks for; raise Http404 if there is no such thing."""
    study = get_object_or_404(Study, slug=slug)
    answered = answered_in([study]).get(study.pk, Answered())
    wanted = request.GET.get("listeners", answered.shown_first)
    if wanted not in list(Listeners):
        raise Http404(f"Listeners are {' or '.join(Listeners)}, not {wanted!r}.")
    return Asked(study, answered, Listeners(wanted))


@login_required
@require_safe
def results_list(request: HttpRequest) -> HttpResponse:
    studies = Study.objects.exclude(opened_at=None).order_by("-created_at", "-pk")
    page = Paginator(studies, STUDIES_PER_PAGE).get_page(request.GET.get("page"))
    answered = answered_in(page.object_list)
    rows = [(study, answered.get(study.pk, Answered())) for study in page.object_list]
    return render(request, "analysis/results_list.html", {"page": page, "rows": rows})


@login_required
@require_safe
def results(request: HttpRequest, slug: str) -> HttpResponse:
    from analysis.engine.columns import RatingsFrameIsWrong
    from analysis.engine.ratings import NoRatings
    from analysis.engine.results import StatisticIsUnknown

    asked = asked_for(request, slug)
    context: dict[str, Any] = {"asked": asked, "study": asked.study, "answered": asked.answered}
    try:
        record = record_of(asked.study, asked.listeners)
        context |= {"facts": record.facts}
        computed = results_of(record)
        context |= shown_results(record, computed) | {"stopping": shown_stopping(record, computed)}
    except NoRatings:
        context["nothing"] = True
    except (RatingsFrameIsWrong, StatisticIsUnknown) as error:
        context["error"] = str(error)
    return render(request, "analysis/results.html", context)


@login_required
@require_safe
def results_clips(request: HttpRequest, slug: str) -> HttpResponse:
    from analysis.engine.clips import clip_table

    asked = asked_for(request, slug)
    record = record_of(asked.study, asked.listeners)
    clips = clip_table(record)
    system = request.GET.get("system", "")
    chosen = clips[clips["system"] == system] if system else clips
    page = Paginator(chosen.to_dict("records"), CLIPS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "study": asked.study,
        "facts": record.facts,
        "page": page,
        "system": system,
        "systems": {name: record.system_titles.get(name, name) for name in sorted(clips["system"].unique())},
        **shown_clips(record, list(page.object_list)),
    }
    return render(request, "analysis/clips.html", context)
