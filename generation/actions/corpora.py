"""Corpora: registering one that was opened, and asking for one to be made, fetched or opened."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.text import slugify

from accounts.models import Researcher
from generation.actions.jobs import request_job
from generation.digests import request_digest
from generation.models import Corpus, Job
from generation.states import JobState


class CorpusSourceIsUnclear(ValueError):
    """A corpus was asked for without a folder, a way to make it, or a place to fetch it from; or with several."""


def register_corpus(*, opened: Mapping[str, Any]) -> Corpus:
    """Store what was found in a corpus's folder, or return the corpus of the same words and recordings.

    opened: folder, words, counts (recordings of each split), counts_by_word, broken ({path, reason} each), card
    (title, origin, is_synthetic, licence) and digest, as `generation.tasks.corpora` reads them.
    """
    card = opened["card"]
    folder = Path(opened["folder"]).resolve()
    corpus, _ = Corpus.objects.get_or_create(
        digest=opened["digest"],
        defaults={
            "slug": f"{slugify(card['title'])[:40]}-{opened['digest'][:8]}",
            "title": card["title"],
            "folder": _kept_folder(folder),
            "origin": card["origin"],
            "is_synthetic": card["is_synthetic"],
            "licence": card["licence"],
            "words": list(opened["words"]),
            "counts": opened["counts"],
            "counts_by_word": opened["counts_by_word"],
            "broken_files": list(opened["broken"]),
        },
    )
    return corpus


def _kept_folder(folder: Path) -> str:
    """Return the folder relative to HEARSAY_CORPORA if it lies there, so that the whole store can be moved."""
    if folder.is_relative_to(settings.CORPORA_DIR):
        return str(folder.relative_to(settings.CORPORA_DIR))
    return str(folder)


def request_corpus(
    *,
    source: Mapping[str, Any],
    words: Sequence[str] | None = None,
    seed: int = 1,
    requested_by: Researcher | None = None,
) -> tuple[Corpus | None, Job | None]:
    """Return the corpus from this source, or the job that is asked to open it (it may have failed).

    source: one of `folder` (a path, taken from HEARSAY_CORPORA if relative), `make` and `fetch`; `voices` for `make`;
    `skip_broken`. words: all that are there, if None. Raises CorpusSourceIsUnclear.
    """
    wanted = _wanted(source, words, seed)
    digest = request_digest({"kind": "open_corpus", **wanted})
    job = Job.objects.asked_with(digest)
    if job is not None and job.state == JobState.DONE:
        corpus = Corpus.objects.filter(pk=job.items.get().result["corpus"]).first()
        job = None
        if corpus is not None:
            return corpus, None
    return None, job or request_job(
        kind="open_corpus",
        title=f"Corpus: {_name(source)}",
        item_parameters=[wanted],
        digest=digest,
        requested_by=requested_by,
    )


def _wanted(source: Mapping[str, Any], words: Sequence[str] | None, seed: int) -> dict[str, Any]:
    """Return what decides the corpus, and nothing else, so that the same corpus is asked for once."""
    if sum(bool(source.get(name)) for name in ("folder", "make", "fetch")) != 1:
        raise CorpusSourceIsUnclear(f"{dict(source)} does not say one of folder, make and fetch: give exactly one.")
    wanted: dict[str, Any] = {"words": sorted(words) if words else None, "skip_broken": bool(source.get("skip_broken"))}
    if source.get("make"):
        return {**wanted, "make": source["make"], "voices": source["voices"], "seed": seed}
    if source.get("fetch"):
        return {**wanted, "fetch": source["fetch"]}
    return {**wanted, "folder": str(Path(settings.CORPORA_DIR, source["folder"]).resolve())}


def _name(source: Mapping[str, Any]) -> str:
    if source.get("make"):
        return f"synthetic speech in {source['voices']} voices"
    return str(source.get("fetch") or source.get("folder"))
