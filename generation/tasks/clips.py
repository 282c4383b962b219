"""Rendering clips: search, vocode, judge, and put the files on the shelf."""

import logging
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from generation.actions.clips import ClipNetworks, MadeClip, register_clip
from generation.models import Checkpoint, Clip, Corpus
from generation.tasks.clip_shelf import ClipShelf
from generation.tasks.devices import names_lost_device
from generation.tasks.training import feature_set_of
from generation.work import Outcome, Work

if TYPE_CHECKING:
    from generation.engine.checkpoints import LoadedNetwork
    from generation.engine.materials import Materials

logger = logging.getLogger(__name__)


@names_lost_device
def render_clips(work: Work) -> Outcome:
    """Make the item's clips that are not there yet, with their files, and register them with their judgements.

    The result names the clips, and the digests of those that were left out because no recording is heard wrongly.
    """
    from generation.engine.clip_request import ClipRequest
    from generation.engine.devices import use_threads
    from generation.engine.render import render

    use_threads(settings.THREADS)
    corpus = Corpus.objects.get(pk=work.shared["corpus"])
    networks = ClipNetworks.from_parameters(work.shared["networks"])
    wanted = _not_there_yet(work.parameters["clips"])
    requests = {ClipRequest.from_dict(each["request"]): each["digest"] for each in wanted}
    shelf = ClipShelf(settings.CLIPS_DIR, work.name)
    with shelf.filling():
        materials = _materials(corpus, networks, work)
        made = [
            shelf.put(clip, digest=requests[clip.request]) for clip in render(list(requests), materials, work.report)
        ]
    left_out = sorted({*requests.values()} - {clip.digest for clip in made})
    if left_out:
        logger.warning("%s: %s of %s clips are left out: too few recordings are heard wrongly.",
                       work.name, len(left_out), len(requests))  # fmt: skip
    return Outcome(partial(_store, shelf, made, left_out, corpus, networks.panel), discard=shelf.discard)


def _store(
    shelf: ClipShelf, made: list[MadeClip], left_out: list[str], corpus: Corpus, panel: Sequence[Checkpoint]
) -> dict[str, Any]:
    there = _digests_there(clip.digest for clip in made)
    keys = []
    for clip in made:
        if clip.digest not in there:
            shelf.move_in(clip)
            keys.append(str(register_clip(corpus=corpus, made=clip, panel=panel).key))
    shelf.tidy()
    return {"clips": keys, "left_out": left_out}


def _not_there_yet(clips: list[dict[str, Any]]) -> list[dict[str, Any]]:
    there = _digests_there(each["digest"] for each in clips)
    return [each for each in clips if each["digest"] not in there]


def _digests_there(digests: Iterable[str]) -> set[str]:
    return set(Clip.objects.filter(request_digest__in=list(digests)).values_list("request_digest", flat=True))


def _materials(corpus: Corpus, networks: ClipNetworks, work: Work) -> "Materials":
    from generation.engine.corpora.talkers import TALKERS, by_talkers
    from generation.engine.devices import device_named
    from generation.engine.materials import Materials

    features = feature_set_of(corpus, work.shared["features"], work)
    knows_talkers = any(checkpoint.card.get("labels") == TALKERS for checkpoint in networks.panel)
    return Materials(
        feature_set=by_talkers(features) if knows_talkers else features,
        classifiers={checkpoint.slug: load_network(checkpoint) for checkpoint in networks.panel},
        prior=None if networks.prior is None else load_network(networks.prior),
        vocoders={slug: load_network(checkpoint) for slug, checkpoint in networks.vocoders.items()},
        device=device_named(settings.DEVICE),
    )


def load_network(checkpoint: Checkpoint) -> "LoadedNetwork":
    """Return a checkpoint's network on the device of the settings, kept for other items."""
    return _loaded(checkpoint.path, checkpoint.sha256)


@lru_cache(maxsize=16)
def _loaded(path: Path, sha256: str) -> "LoadedNetwork":
    """Load a checkpoint's network; kept, since all items of a job use the same few.

    Known by file and SHA-256, and not by its row's number, which a database may give to another one.
    """
    from generation.engine.checkpoints import load_checkpoint
    from generation.engine.devices import device_named

    return load_checkpoint(path, sha256=sha256, device=device_named(settings.DEVICE))
