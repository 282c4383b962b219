"""Clips: asking for them, finding those that were asked for, and registering those that were made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from accounts.models import Researcher
from generation.actions.jobs import request_job
from generation.catalogue import FEATURES
from generation.digests import request_digest
from generation.models import Checkpoint, Clip, Corpus, Job, JobItem, Judgement
from generation.states import ItemState, JobState

# An item of work: small enough to be done again without regret, large enough to be one batch of the search.
CLIPS_PER_ITEM = 32

ClipFields = Mapping[str, Any]


class ClipsCannotBeMade(ValueError):
    """Clips were asked for of a word, features or networks that do not fit."""


class ClipsAreMissing(Exception):
    """Clips that were asked for have not been made yet."""


class SystemHasNoClip(ValueError):
    """All clips of a system were left out, because the classifiers that it climbs get none of its words wrong."""


@dataclass(frozen=True)
class ClipNetworks:
    """The networks that clips are made and judged with.

    panel: the classifiers; all judge every clip, and a request climbs those whose slugs it names. vocoders: vocoder
    slug -> its network, for those that have one.
    """

    panel: Sequence[Checkpoint]
    prior: Checkpoint | None = None
    vocoders: Mapping[str, Checkpoint] = field(default_factory=dict)

    def as_parameters(self) -> dict[str, Any]:
        """Give the checkpoints' keys, for a job."""
        return {
            "panel": [checkpoint.pk for checkpoint in self.panel],
            "prior": self.prior and self.prior.pk,
            "vocoders": {slug: checkpoint.pk for slug, checkpoint in self.vocoders.items()},
        }

    @classmethod
    def from_parameters(cls, keys: Mapping[str, Any]) -> Self:
        """Fetch what `as_parameters` gave."""
        found = Checkpoint.objects.in_bulk([*keys["panel"], *keys["vocoders"].values(), keys["prior"]])
        return cls(
            panel=[found[key] for key in keys["panel"]],
            prior=found.get(keys["prior"]),
            vocoders={slug: found[key] for slug, key in keys["vocoders"].items()},
        )


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
    networks: ClipNetworks,
    requested_by: Researcher | None = None,
) -> Job | None:
    """Ask for the clips that are not there yet; return the job (it may have failed), or None if nothing is to do.

    Clips that such a job has left out are not asked for again.
    requests: the fields of `generation.engine.clip_request.ClipRequest`, one dict a clip. Raises ClipsCannotBeMade.
    """
    _check(corpus, features, requests, networks)
    digests = [clip_digest(corpus=corpus, features=features, request=each, networks=networks) for each in requests]
    settled = set(Clip.objects.filter(request_digest__in=digests).values_list("request_digest", flat=True))
    asked = _asked_with(digests)
    if not settled.issuperset(digests):
        settled |= _left_out(asked)
    missing = {digest: dict(each) for digest, each in zip(digests, requests, strict=True) if digest not in settled}
    if not missing:
        return None
    job = Job.objects.asked_with(asked)
    if job is not None and job.state != JobState.DONE:
        return job
    return request_job(
        kind="render_clips",
        title=f"Render {len(missing)} clips of {corpus.title}",
        parameters={"corpus": corpus.pk, "features": features, "networks": networks.as_parameters()},
        item_parameters=_chunks(missing),
        digest=asked,
        requested_by=requested_by,
    )


def _asked_with(digests: Sequence[str]) -> str:
    return request_digest({"kind": "render_clips", "clips": sorted(digests)})


def _left_out(asked: str) -> set[str]:
    """Return the digests of clips that jobs asked for with this digest left out."""
    done = JobItem.objects.filter(job__request_digest=asked, state=ItemState.DONE)
    return {digest for result in done.values_list("result", flat=True) for digest in result.get("left_out", ())}


def _check(corpus: Corpus, features: str, requests: Sequence[ClipFields], networks: ClipNetworks) -> None:
    if features not in FEATURES:
        raise ClipsCannotBeMade(f"The catalogue has no features {features!r}: choose one of {', '.join(FEATURES)}.")
    if not networks.panel:
        raise ClipsCannotBeMade("No classifier is given to search on and to judge: train one, then ask with it.")
    # A panel that knows talkers is asked for those; what else it knows are words of the corpus.
    knows_talkers = all(checkpoint.card.get("labels") == "talkers" for checkpoint in networks.panel)
    known = networks.panel[0].card["words"] if knows_talkers else corpus.words
    unknown = sorted({each["word"] for each in requests} - set(known))
    if unknown:
        raise ClipsCannotBeMade(
            f"{corpus.title} has no recordings of {', '.join(unknown)}: choose among {', '.join(known)}."
        )
    panel = [checkpoint.slug for checkpoint in networks.panel]
    strangers = sorted({slug for each in requests for slug in each.get("climbs") or []} - set(panel))
    if strangers:
        raise ClipsCannotBeMade(
            f"A search is to climb {', '.join(strangers)}, and the panel is {', '.join(panel)}: put it into the panel."
        )


def clip_digest(*, corpus: Corpus, features: str, request: ClipFields, networks: ClipNetworks) -> str:
    """Return the SHA-256 of everything that decides a clip, and of the networks that judge it."""
    fields = {name: value for name, value in request.items() if value is not None and name != "climbs"}
    panel = {checkpoint.slug: checkpoint.sha256 for checkpoint in networks.panel}
    used: dict[str, Any] = {
        "panel": sorted(panel.values()),
        "climbs": [panel[slug] for slug in request.get("climbs") or []],
    }
    through_decoder = request["source"] == "reconstruction" or request.get("space") == "decoder"
    if networks.prior is not None and through_decoder:
        used["prior"] = networks.prior.sha256
    if (vocoder := networks.vocoders.get(request.get("vocoder") or "")) is not None:
        used["vocoder"] = vocoder.sha256
    return request_digest({"corpus": corpus.digest, "features": features, "request": fields, "networks": used})


# What requests must share to be searched and vocoded in one batch.
_SYSTEM_FIELDS = ("source", "climbs", "start", "from_word", "space", "preset", "vocoder")


def _chunks(missing: Mapping[str, ClipFields]) -> list[dict[str, Any]]:
    """Cut the requests into items, those of one system together."""
    systems: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for digest, request in missing.items():
        systems.setdefault(_system(request), []).append({"digest": digest, "request": dict(request)})
    return [
        {"clips": clips[first : first + CLIPS_PER_ITEM]}
        for clips in systems.values()
        for first in range(0, len(clips), CLIPS_PER_ITEM)
    ]


def _system(request: ClipFields) -> tuple[str, ...]:
    return tuple(str(request.get(name)) for name in _SYSTEM_FIELDS)


def find_clips(
    *, corpus: Corpus, features: str, requests: Sequence[ClipFields], networks: ClipNetworks
) -> list[Clip | None]:
    """Return the clips of these requests, in their order, None for those that were left out.

    Raises ClipsAreMissing and SystemHasNoClip.
    """
    digests = [clip_digest(corpus=corpus, features=features, request=each, networks=networks) for each in requests]
    found = {clip.request_digest: clip for clip in Clip.objects.filter(request_digest__in=digests)}
    missing = {*digests} - {*found}
    n_missing = len(missing and missing - _left_out(_asked_with(digests)))
    if n_missing:
        raise ClipsAreMissing(f"{n_missing} of {len(digests)} clips have not been made yet: ask for them, and wait.")
    clips = [found.get(digest) for digest in digests]
    _check_that_systems_have_clips(requests, clips)
    return clips


def _check_that_systems_have_clips(requests: Sequence[ClipFields], clips: Sequence[Clip | None]) -> None:
    """Raise SystemHasNoClip if of one system nothing is there."""
    systems: dict[tuple[str, ...], list[Clip | None]] = {}
    for request, clip in zip(requests, clips, strict=True):
        systems.setdefault(_system(request), []).append(clip)
    for system, of_system in systems.items():
        if not any(of_system):
            fields = dict(zip(_SYSTEM_FIELDS, system, strict=True))
            raise SystemHasNoClip(
                f"None of {len(of_system)} clips with the start {fields['start']} could be made: no test recording "
                f"of the words is heard wrongly by {fields['climbs']}. Choose another start, or climb a classifier "
                "that was trained for fewer epochs."
            )


def register_clip(*, corpus: Corpus, made: MadeClip, panel: Sequence[Checkpoint]) -> Clip:
    """Store a clip and what each checkpoint of the panel says of it."""
    checkpoints = {checkpoint.slug: checkpoint for checkpoint in panel}
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
