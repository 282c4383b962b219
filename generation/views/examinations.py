"""Examinations: what a panel says of networks by many maximised codes."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
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
from generation.figures.code_map import code_map
from generation.figures.feature_pictures import PICTURES, feature_pictures
from generation.figures.heat_map import heat_map
from generation.figures.svg import Figure
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
            context |= _shown(read_result(examination), slug)
        except ResultIsDamaged as error:
            context["damage"] = str(error)
    return render(request, "generation/examination_detail.html", context)


def _found(slug: str) -> Examination:
    rows = Examination.objects.select_related("corpus", "job", "prior").prefetch_related("climbed", "judges")
    return get_object_or_404(rows, slug=slug)


def _shown(found: dict[str, Any], examination: str) -> dict[str, Any]:
    """Return what the page shows of a result."""
    networks = [each["network"] for each in found["classifiers"]]
    titles = {each["slug"]: _title(each, networks.count(each["network"]) > 1) for each in found["classifiers"]}
    return {
        "found": found,
        "titles": list(titles.values()),
        "rows": [(row, [row["classifiers"][slug] for slug in titles]) for row in found["table"]],
        "heat_maps": [_heat_map(title, found, slug) for slug, title in titles.items()],
        "maps": [(by, code_map(found["map"], by)) for by in ("word", "talker")] if found["map"] else [],
        "map_counts": _map_counts(found["map"]),
        "measures": list(found["measures"].items()),
        "shown": [
            (word, f"{word}-0", [(each, _pictures(examination, word, each, found["picture"])) for each in shown])
            for word, shown in found["shown"].items()
        ],
    }


def _heat_map(title: str, found: dict[str, Any], slug: str) -> tuple[str, Figure, list[tuple[str, list[float]]]]:
    """Return a network's heat map with its title and its rows, for the table beside it."""
    scores = found["confusion"][slug]["scores"]
    figure = heat_map(title, found["words"], found["all_words"], scores)
    return title, figure, list(zip(found["words"], scores, strict=True))


def _pictures(examination: str, word: str, shown: dict[str, Any], scale: dict[str, Any]) -> Figure:
    number = shown["number"]
    addresses = {
        kind: reverse("examination_file", args=[examination, f"{word}-0", f"{kind}-{number}.png"]) for kind in PICTURES
    }
    return feature_pictures(f"{word}, number {number}", addresses, scale)


def _map_counts(points: Sequence[dict[str, Any]]) -> list[tuple[str, int, int, int, int]]:
    """Count for each word its codes found and its recordings, each with those that the panel does not agree on."""
    counts = Counter((point["word"], point["kind"], point["is_agreed"]) for point in points)
    return [
        (word, *(n for kind in ("after", "recordings") for n in _both(counts, word, kind)))
        for word in dict.fromkeys(point["word"] for point in points)
    ]


def _both(counts: Counter[tuple[str, str, bool]], word: str, kind: str) -> tuple[int, int]:
    """Return how many there are of a kind, and how many of them are not agreed on."""
    wrong = counts[word, kind, False]
    return counts[word, kind, True] + wrong, wrong


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
