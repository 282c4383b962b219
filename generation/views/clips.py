"""Clips: listening to what was made, with what the classifiers say of it."""

import json
import uuid

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from generation.audio_response import SoundFileIsMissing, audio_response
from generation.forms import ClipFilterForm
from generation.models import Clip, Judgement
from generation.models.clips import Stage
from generation.views.pages import page_of

JUDGEMENTS = Prefetch("judgements", Judgement.objects.select_related("checkpoint").order_by("checkpoint__slug", "pk"))


@login_required
@require_safe
def clip_list(request: HttpRequest) -> HttpResponse:
    form = ClipFilterForm(request.GET)
    clips = Clip.objects.filter(**form.conditions()).select_related("corpus").prefetch_related(JUDGEMENTS)
    page = page_of(request, clips.order_by("word", "pk"))
    rows = [(clip, _verdicts(clip)) for clip in page]
    context = {"form": form, "page": page, "rows": rows, "has_filter": bool(form.conditions())}
    return render(request, "generation/clip_list.html", context)


def _verdicts(clip: Clip) -> list[dict[str, object]]:
    """Return, for each classifier, what it heard before and after the vocoder, and how probable the word was."""
    verdicts: dict[str, dict[str, object]] = {}
    for judgement in clip.judgements.all():
        verdict = verdicts.setdefault(judgement.checkpoint.slug, {"checkpoint": judgement.checkpoint})
        verdict[judgement.stage] = {
            "heard": judgement.heard,
            "is_right": judgement.heard == clip.word,
            "probability": judgement.probabilities.get(clip.word, 0.0),
            "probabilities": judgement.ranked(),
        }
    return list(verdicts.values())


@login_required
@require_safe
def clip_detail(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    clip = get_object_or_404(Clip.objects.select_related("corpus").prefetch_related(JUDGEMENTS), key=key)
    recipe = json.dumps(clip.recipe, indent=2, ensure_ascii=False)
    context = {"clip": clip, "verdicts": _verdicts(clip), "recipe": recipe, "stages": Stage.choices}
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
