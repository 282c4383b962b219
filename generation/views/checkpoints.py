"""Networks: what was trained, on what, how, and how well it does."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from generation.actions.checkpoints import request_training
from generation.forms import TrainNetworkForm
from generation.learning_curve import learning_curves
from generation.models import Checkpoint
from generation.views.pages import ResearcherRequest, page_of


@login_required
@require_safe
def checkpoint_list(request: HttpRequest) -> HttpResponse:
    checkpoints = Checkpoint.objects.select_related("corpus").order_by("-created_at", "-pk")
    return render(request, "generation/checkpoint_list.html", {"page": page_of(request, checkpoints)})


@login_required
@require_safe
def checkpoint_detail(request: HttpRequest, slug: str) -> HttpResponse:
    checkpoint = get_object_or_404(Checkpoint.objects.select_related("corpus"), slug=slug)
    card = checkpoint.card
    return render(
        request,
        "generation/checkpoint_detail.html",
        {
            "checkpoint": checkpoint,
            "card": card,
            "accuracy": list(card.get("accuracy", {}).items()),
            "accuracy_by_word": list(card.get("accuracy_by_word", {}).items()),
            "reconstruction": list(card.get("reconstruction", {}).items()),
            "recipe": _flat(card.get("recipe", {})),
            "curves": learning_curves(card),
        },
    )


def _flat(recipe: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the fields of a recipe in words, those of its parts after the part's name."""
    rows: list[tuple[str, Any]] = []
    for name, value in recipe.items():
        parts = _flat(value) if isinstance(value, Mapping) else [("", value)]
        rows += [(f"{name} {part}".strip().replace("_", " "), each) for part, each in parts]
    return rows


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def checkpoint_train(request: ResearcherRequest) -> HttpResponse:
    form = TrainNetworkForm(request.POST or None, initial={"corpus": request.GET.get("corpus")})
    if not form.is_valid():
        return render(request, "generation/checkpoint_train.html", {"form": form}, status=400 if form.is_bound else 200)
    wanted = form.cleaned_data
    checkpoint, job = request_training(
        corpus=wanted["corpus"],
        network=wanted["network"],
        features=wanted["features"],
        settings=form.training_settings(),
        seed=wanted["seed"],
        requested_by=request.user,
    )
    if checkpoint is not None:
        return redirect("checkpoint_detail", checkpoint.slug)
    assert job is not None
    return redirect("job_detail", job.pk)
