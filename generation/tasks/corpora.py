"""Opening corpora: reading a folder, after making or fetching it where asked."""

import io
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command

from generation.actions.corpora import register_corpus
from generation.digests import request_digest
from generation.models import Corpus
from generation.work import Outcome, Work

if TYPE_CHECKING:
    from generation.engine.corpora.layout import OpenedCorpus


# Making or fetching a corpus is most of opening it.
BRINGING_PART = 0.8


class CorpusHasChanged(Exception):
    """The recordings in a corpus's folder are not those that were there when the corpus was added."""


def open_corpus(work: Work) -> Outcome:
    """Make or fetch a corpus if it is not there, read it, and register it."""
    wanted = work.parameters
    folder = _folder(wanted)
    work.report(0.0, "looking for the corpus")
    _bring(wanted, folder, work)
    work.report(BRINGING_PART, "reading every recording")
    opened = read_corpus(folder, words=wanted["words"], skip_broken=wanted["skip_broken"])
    return Outcome(lambda: {"corpus": register_corpus(opened=opened).pk})


def _folder(wanted: dict[str, Any]) -> Path:
    if "make" in wanted:
        made = request_digest({name: wanted[name] for name in ("make", "voices", "seed", "words")})
        return Path(settings.CORPORA_DIR, f"{wanted['make']}-{made[:8]}")
    if "fetch" in wanted:
        return Path(settings.CORPORA_DIR, wanted["fetch"])
    return Path(wanted["folder"])


def _bring(wanted: dict[str, Any], folder: Path, work: Work) -> None:
    """Call the command that makes or fetches the corpus: only make_corpus itself may import the GPL synthesiser.

    Both know a corpus that is there already, and leave nothing half-made.
    """
    if "fetch" in wanted:
        call_command("fetch_corpus", wanted["fetch"], folder=folder, stdout=io.StringIO())
    elif "make" in wanted:
        call_command(
            "make_corpus", folder=folder, voices=wanted["voices"], seed=wanted["seed"], words=wanted["words"],
            on_progress=lambda fraction, note: work.report(BRINGING_PART * fraction, note), stdout=io.StringIO(),
        )  # fmt: skip


def read_corpus(folder: Path, *, words: list[str] | None, skip_broken: bool) -> dict[str, Any]:
    """Return what is in a corpus's folder, as `register_corpus` takes it. Raises what `layout.open_corpus` does."""
    from generation.engine.corpora.layout import open_corpus as open_folder

    opened = open_folder(folder.resolve(), words, skip_broken)
    by_word: dict[str, Counter[str]] = {word: Counter() for word in opened.words}
    for recording in opened.recordings:
        by_word[recording.word][recording.split.value] += 1
    return {
        "folder": str(opened.folder),
        "words": list(opened.words),
        "counts": opened.counts,
        "counts_by_word": {word: dict(counts) for word, counts in by_word.items()},
        "broken": [{"path": each.path, "reason": each.reason} for each in opened.broken],
        "card": opened.card,
        "digest": opened.digest,
    }


def opened(corpus: Corpus) -> "OpenedCorpus":
    """Return a registered corpus's recordings. Raises CorpusHasChanged, and what `layout.open_corpus` does."""
    return _opened(corpus.path, tuple(corpus.words), corpus.digest)


@lru_cache(maxsize=2)
def _opened(folder: Path, words: tuple[str, ...], digest: str) -> "OpenedCorpus":
    """Read a corpus; kept, since every item of a job needs it and reading it takes as long as an item."""
    from generation.engine.corpora.layout import open_corpus as open_folder

    found = open_folder(folder, words, skip_broken=True)
    if found.digest != digest:
        raise CorpusHasChanged(
            f"The recordings in {folder} are not those that were there when the corpus was added (digest "
            f"{found.digest}, expected {digest}): restore them, or add the folder again as another corpus."
        )
    return found
