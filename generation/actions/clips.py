"""Clips: asking for them, finding those that were asked for, and registering those that were made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import Researcher
from generation.actions.jobs import request_job
from generation.catalogue import FEATURES, VOCODERS
from generation.digests import request_digest
from generation.models import Checkpoint, Clip, Corpus, Job, Judgement
from generation.states import JobState

# An item of work: small enough to be done again without regret, large enough to be one batch of the search.
CLIPS_PER_ITEM = 32

ClipFields = Mapping[str, Any]


class ClipsCannotBeMade(ValueError):
    """Clips were asked for of a word, features or networks that do not fit."""


class ClipsAreMissing(Exception):
    """Clips that were asked for have not been made yet."""


@dataclass(frozen=True)
class MadeClip:
    """A clip whose files are in place (names relative to HEARSAY_CLIPS), before it has its row.

    judgements: checkpoint slug -> stage -> word -> probability.
    """

    digest: str
    key: str
    word: str
    talker: str
    recipe: Mapping[str, Any]
    audio: str
    spectrogram: str
    features: str
    sha256: str
    sample_rate: int
    duration: float
    judgements: Mapping[str, Mapping[str, Mapping[str, float]]]


def request_clips(
    *,
    corpus: Corpus,
    features: str,
    requests: Sequence[ClipFields],
    checkpoints: Mapping[str, Checkpoint],
    requested_by: Researcher | None = None,
) -> Job | None:
    """Ask for the clips that are not there yet; return the job (it may have failed), or None if all are there.

    requests: the fields of `generation.engine.clip_request.ClipRequest`, one dict a clip. checkpoints: `classifier`,
    and as needed `judge`, `prior` and, under its name in the catalogue, each trained vocoder.
    Raises ClipsCannotBeMade.
    """
    _check(corpus, features, requests, checkpoints)
    digests = [
        clip_digest(corpus=corpus, features=features, request=each, checkpoints=checkpoints) for each in requests
    ]
    there = set(Clip.objects.filter(request_digest__in=digests).values_list("request_digest", flat=True))
    missing = {digest: dict(each) for digest, each in zip(digests, requests, strict=True) if digest not in there}
    if not missing:
        return None
    asked = request_digest({"kind": "render_clips", "clips": sorted(digests)})
    job = Job.objects.asked_with(asked)
    if job is not None and job.state != JobState.DONE:
        return job
    return request_job(
        kind="render_clips",
        title=f"Render {len(missing)} clips of {corpus.title}",
        parameters={
            "corpus": corpus.pk,
            "features": features,
            "checkpoints": {purpose: checkpoint.pk for purpose, checkpoint in checkpoints.items()},
        },
        item_parameters=_chunks(missing),
        digest=asked,
        requested_by=requested_by,
    )


def _check(
    corpus: Corpus, features: str, requests: Sequence[ClipFields], checkpoints: Mapping[str, Checkpoint]
) -> None:
    if features not in FEATURES:
        raise ClipsCannotBeMade(f"The catalogue has no features {features!r}: choose one of {', '.join(FEATURES)}.")
    unknown = sorted({each["word"] for each in requests} - set(corpus.words))
    if unknown:
        raise ClipsCannotBeMade(
            f"{corpus.title} has no recordings of {', '.join(unknown)}: choose among {', '.join(corpus.words)}."
        )
    if "classifier" not in checkpoints:
        raise ClipsCannotBeMade("No classifier is given to search on and to judge: train one, then ask with it.")


def clip_digest(*, corpus: Corpus, features: str, request: ClipFields, checkpoints: Mapping[str, Checkpoint]) -> str:
    """Return the SHA-256 of everything that decides a clip, and of the networks that judge it."""
    fields = {name: value for name, value in request.items() if value is not None}
    used = {
        purpose: checkpoint.sha256
        for purpose, checkpoint in checkpoints.items()
        if not (purpose == "prior" and request.get("space") != "decoder")
        and not (purpose in VOCODERS and request.get("vocoder") != purpose)
    }
    return request_digest({"corpus": corpus.digest, "features": features, "request": fields, "checkpoints": used})


def _chunks(missing: Mapping[str, ClipFields]) -> list[dict[str, Any]]:
    """Cut the requests into items, those of one system together: they are searched and vocoded in one batch."""
    systems: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for digest, request in missing.items():
        system = tuple(request.get(name) for name in ("source", "start", "space", "preset", "vocoder"))
        systems.setdefault(system, []).append({"digest": digest, "request": dict(request)})
    return [
        {"clips": clips[first : first + CLIPS_PER_ITEM]}
        for clips in systems.values()
        for first in range(0, len(clips), CLIPS_PER_ITEM)
    ]


def find_clips(
    *, corpus: Corpus, features: str, requests: Sequence[ClipFields], checkpoints: Mapping[str, Checkpoint]
) -> list[Clip]:
    """Return the clips of these requests, in their order. Raises ClipsAreMissing."""
    digests = [
        clip_digest(corpus=corpus, features=features, request=each, checkpoints=checkpoints) for each in requests
    ]
    found = {clip.request_digest: clip for clip in Clip.objects.filter(request_digest__in=digests)}
    n_missing = sum(digest not in found for digest in digests)
    if n_missing:
        raise ClipsAreMissing(f"{n_missing} of {len(digests)} clips have not been made yet: ask for them, and wait.")
    return [found[digest] for digest in digests]


def register_clip(*, corpus: Corpus, made: MadeClip, checkpoints: Mapping[str, Checkpoint]) -> Clip:
    """Store a clip and what each checkpoint (by slug) says of it."""
    clip = Clip.objects.create(
        key=made.key,
        corpus=corpus,
        word=made.word,
        talker=made.talker,
        recipe=dict(made.recipe),
        request_digest=made.digest,
        audio=made.audio,
        spectrogram=made.spectrogram,
        features=made.features,
        sha256=made.sha256,
        sample_rate=made.sample_rate,
        duration=made.duration,
    )
    Judgement.objects.bulk_create(
        Judgement(
            clip=clip,
            checkpoint=checkpoints[slug],
            stage=stage,
            probabilities=dict(probabilities),
            heard=max(probabilities, key=probabilities.__getitem__),
        )
        for slug, stages in made.judgements.items()
        for stage, probabilities in stages.items()
    )
    return clip
