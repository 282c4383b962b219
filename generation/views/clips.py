"""Clips: listening to what was made, with what the classifiers say of it."""

import json
import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from generation.audio_response import SoundFileIsMissing, audio_response
from generation.forms import ClipFilterForm
from generation.models import Clip, Judgement
from generation.panel import agreements, verdicts
from generation.views.pages import page_of

JUDGEMENTS = Prefetch("judgements", Judgement.objects.select_related("checkpoint").order_by("checkpoint__slug", "pk"))


@login_required
@require_safe
def clip_list(request: HttpRequest) -> HttpResponse:
    form = ClipFilterForm(request.GET)
    page = page_of(request, with_panels(Clip.objects.filter(**form.conditions())))
    context = {"form": form, "page": page, "rows": judged(page), "has_filter": bool(form.conditions())}
    return render(request, "generation/clip_list.html", context)


def with_panels(clips: QuerySet[Clip]) -> QuerySet[Clip]:
    """Return clips in the order of lists, with all that `judged` reads."""
    return clips.select_related("corpus").prefetch_related(JUDGEMENTS).order_by("word", "pk")


def judged(clips: Iterable[Clip]) -> list[dict[str, Any]]:
    """Return clips with what their panels say of them."""
    with_verdicts = [(clip, verdicts(clip)) for clip in clips]
    return [{"clip": clip, "verdicts": found, "agreements": agreements(found)} for clip, found in with_verdicts]


@login_required
@require_safe
def clip_detail(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    clip = get_object_or_404(with_panels(Clip.objects.all()), key=key)
    context = {**judged([clip])[0], "recipe": json.dumps(clip.recipe, indent=2, ensure_ascii=False)}
    return render(request, "generation/clip_detail.html", context)


@login_required
@require_safe
def clip_audio(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    clip = get_object_or_404(Clip, key=key)
    try:
        return audio_response(request, clip.audio_path, etag=clip.sha256)
    except SoundFileIsMissing as error:
        raise Http404(str(error)) from error


@login_required
@require_safe
def clip_spectrogram(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    clip = get_object_or_404(Clip, key=key)
    try:
        picture = clip.spectrogram_path.open("rb")
    except FileNotFoundError as error:
        raise Http404(f"{clip.spectrogram_path} is gone: restore HEARSAY_CLIPS from its backup.") from error
    return FileResponse(picture, content_type="image/png", headers={"Cache-Control": "private, max-age=86400"})
