"""Examinations: what a panel says of networks by many maximised codes."""

import csv
import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from generation.actions.checkpoints import CheckpointCannotBeUsed
from generation.actions.examinations import (
    CannotBeExamined,
    ExaminationWish,
    ResultIsDamaged,
    read_result,
    request_examination,
)
from generation.audio_response import SoundFileIsMissing, audio_response
from generation.catalogue import NETWORKS
from generation.examination_figures import heat_map, map_counts, map_key, map_points
from generation.forms import AskForExaminationForm
from generation.models import Checkpoint, Examination
from generation.views.pages import ResearcherRequest, page_of

# What may be fetched of a part's folder; the first group decides how it is sent.
SERVED = re.compile(r"(?:original|maximised|difference|nearest)-\d+\.(png|flac)", re.ASCII)


@login_required
@require_safe
def examination_list(request: HttpRequest) -> HttpResponse:
    rows = Examination.objects.select_related("corpus", "job").prefetch_related("climbed", "judges")
    return render(
        request, "generation/examination_list.html", {"page": page_of(request, rows.order_by("-created_at", "-pk"))}
    )


@login_required
@require_safe
def examination_detail(request: HttpRequest, slug: str) -> HttpResponse:
    examination = _found(slug)
    context: dict[str, Any] = {"examination": examination}
    if examination.is_done:
        try:
            context |= _shown(read_result(examination))
        except ResultIsDamaged as error:
            context["damage"] = str(error)
    return render(request, "generation/examination_detail.html", context)


def _found(slug: str) -> Examination:
    rows = Examination.objects.select_related("corpus", "job", "prior").prefetch_related("climbed", "judges")
    return get_object_or_404(rows, slug=slug)


def _shown(found: dict[str, Any]) -> dict[str, Any]:
    """Return what the page shows of a result."""
    networks = [each["network"] for each in found["classifiers"]]
    titles = {each["slug"]: _title(each, networks.count(each["network"]) > 1) for each in found["classifiers"]}
    points = map_points(found["map"], "word")
    by_talker = map_points(found["map"], "talker")
    return {
        "found": found,
        "picture_kinds": ("original", "maximised", "difference"),
        "titles": list(titles.values()),
        "rows": [(row, [row["classifiers"][slug] for slug in titles]) for row in found["table"]],
        "heat_maps": [
            heat_map(title, found["words"], found["all_words"], found["confusion"][slug]["scores"])
            for slug, title in titles.items()
        ],
        "maps": [
            ("word", points, map_key(points, found["map"], "word")),
            ("talker", by_talker, map_key(by_talker, found["map"], "talker")),
        ],
        "map_counts": map_counts(found["map"]),
        "measures": list(found["measures"].items()),
        "shown": [(word, f"{word}-0", each) for word, each in found["shown"].items()],
    }


def _title(classifier: dict[str, str], has_twins: bool) -> str:
    entry = NETWORKS.get(classifier["network"])
    part = "climbed" if classifier["part"] == "own" else "judge"
    name = f", {classifier['slug']}" if has_twins else ""
    return f"{entry.title if entry else classifier['network']} ({part}{name})"


@login_required
@require_safe
def examination_table(request: HttpRequest, slug: str) -> HttpResponse:
    examination = _found(slug)
    try:
        found = read_result(examination) if examination.is_done else None
    except ResultIsDamaged as error:
        raise Http404(str(error)) from error
    if found is None:
        raise Http404("The examination is not done yet.")
    response = HttpResponse(
        content_type="text/csv", headers={"Content-Disposition": f'attachment; filename="examination-{slug}.csv"'}
    )
    writer = csv.writer(response)
    writer.writerow(["word", "classifier", "stage", "hits", "n", "share", "low", "high", "mean_score"])
    for row in found["table"]:
        for name, stages in [("panel", row["agreed"]), *row["classifiers"].items()]:
            for stage, each in stages.items():
                numbers = [each[field] for field in ("hits", "n", "share", "low", "high")]
                writer.writerow([row["word"], name, stage, *numbers, each.get("score", "")])
    return response


@login_required
@require_safe
def examination_file(request: HttpRequest, slug: str, part: str, name: str) -> HttpResponse | FileResponse:
    examination = get_object_or_404(Examination, slug=slug)
    match = SERVED.fullmatch(name)
    path = examination.folder / part / name
    if match is None or path.parent.parent != examination.folder or part.startswith("."):
        raise Http404("An examination shows its pictures and sounds alone.")
    try:
        if match[1] == "flac":
            return audio_response(request, path, etag=f"{examination.sha256[:32]}-{part}-{name}")
        return FileResponse(
            path.open("rb"), content_type="image/png", headers={"Cache-Control": "private, max-age=86400"}
        )
    except (SoundFileIsMissing, FileNotFoundError) as error:
        raise Http404(f"{path} is gone: restore it from a backup of HEARSAY_VAR.") from error


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def examination_ask(request: ResearcherRequest, slug: str) -> HttpResponse:
    checkpoint = get_object_or_404(Checkpoint.objects.select_related("corpus"), slug=slug, role="classifier")
    form = AskForExaminationForm(request.POST or None, checkpoint=checkpoint)
    if form.is_valid():
        wanted = form.cleaned_data
        try:
            wish = ExaminationWish(
                [checkpoint, *wanted["climbed_too"]], list(wanted["judges"]), wanted["prior"], wanted["preset"],
                wanted["codes_per_word"], wanted["seed"],
            )  # fmt: skip
            examination = request_examination(wish=wish, requested_by=request.user)
            return redirect("examination_detail", examination.slug)
        except (CannotBeExamined, CheckpointCannotBeUsed) as error:
            form.add_error(None, str(error))
    context = {"form": form, "checkpoint": checkpoint}
    return render(request, "generation/examination_ask.html", context, status=400 if form.is_bound else 200)
