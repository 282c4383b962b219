"""Corpora: what there is to learn from."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from generation.actions.corpora import request_corpus
from generation.forms import AddCorpusForm
from generation.models import Corpus
from generation.views.pages import ResearcherRequest, page_of

SPLITS = ("training", "validation", "testing")


@login_required
@require_safe
def corpus_list(request: HttpRequest) -> HttpResponse:
    corpora = Corpus.objects.with_counts().order_by("title", "pk")
    return render(request, "generation/corpus_list.html", {"page": page_of(request, corpora)})


@login_required
@require_safe
def corpus_detail(request: HttpRequest, slug: str) -> HttpResponse:
    corpus = get_object_or_404(Corpus.objects.with_counts(), slug=slug)
    return render(
        request,
        "generation/corpus_detail.html",
        {
            "corpus": corpus,
            "splits": SPLITS,
            "totals": [corpus.counts.get(split, 0) for split in SPLITS],
            "rows": [(word, _counts_of(corpus, word)) for word in corpus.words],
            "checkpoints": corpus.checkpoints.order_by("role", "network", "pk"),
        },
    )


def _counts_of(corpus: Corpus, word: str) -> list[int]:
    counts = corpus.counts_by_word.get(word, {})
    return [counts.get(split, 0) for split in SPLITS]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def corpus_add(request: ResearcherRequest) -> HttpResponse:
    form = AddCorpusForm(request.POST or None)
    if not form.is_valid():
        context = {"form": form, "corpora_dir": settings.CORPORA_DIR}
        return render(request, "generation/corpus_add.html", context, status=400 if form.is_bound else 200)
    source = {"folder": form.cleaned_data["folder"], "skip_broken": form.cleaned_data["skip_broken"]}
    corpus, job = request_corpus(source=source, words=form.cleaned_data["words"], requested_by=request.user)
    if corpus is not None:
        messages.info(request, "This folder was added before; here it is.")
        return redirect("corpus_detail", corpus.slug)
    assert job is not None
    return redirect("job_detail", job.pk)
