"""From requests to clips: search, vocode, set the level and have every classifier judge, in batches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from generation.engine.batches import Batches
from generation.engine.clip_recipe import clip_recipe
from generation.engine.clip_request import RECONSTRUCTION, ClipRequest, System
from generation.engine.corpora.recordings import read_waveform
from generation.engine.features import fit_length
from generation.engine.judging import judge_audio, probabilities
from generation.engine.level import set_level
from generation.engine.materials import Materials
from generation.engine.maximisation.decoding import PriorIsMissing
from generation.engine.maximisation.recipes import Space
from generation.engine.maximisation.shares import STEADY
from generation.engine.progress import Progress
from generation.engine.search import FoundFeatures, Group, find_features, group_size, groups_of, search_settings
from generation.engine.takes import Takes
from generation.engine.vocoder import Vocoder, load_vocoder

BATCH = 64


@dataclass(frozen=True)
class RenderedClip:
    """A clip: waveform [N], the features [M, T] it was made from, its full recipe, and what classifiers say of it.

    judgements: checkpoint slug -> stage ("features", "audio") -> word -> probability.
    """

    request: ClipRequest
    waveform: Tensor
    sample_rate: int
    features: Tensor
    recipe: dict[str, Any]
    talker: str
    judgements: dict[str, dict[str, dict[str, float]]]


def render(requests: Sequence[ClipRequest], materials: Materials, progress: Progress) -> Iterator[RenderedClip]:
    """Make the clips, system by system and in batches of BATCH, so that memory does not grow with their number.

    Within a system clips come in the order asked for, those that are searched as a group together. A clip is decided
    by its own request and seed, on a processor to the last bit (see `maximisation.shares`). A batch that does not
    fit into memory is halved, which `progress` is told. Requests that start at a recording which the climbed
    classifiers get wrong are left out where they get too few wrong; `progress` is told how many.
    All requests are checked before the first clip is made: raises WordIsUnknown, NoRecordingLeft, ClassifierIsMissing,
    PriorIsMissing, PresetIsUnknown, and what the vocoders raise; and later SearchDiverged, WaveformIsSilent,
    MemoryIsTooSmall.
    """
    takes = Takes(materials)
    possible = [request for request in requests if not takes.is_left_out(request)]
    systems: dict[System, list[ClipRequest]] = {}
    for request in possible:
        _check(request, takes, materials)
        systems.setdefault(request.system, []).append(request)
    slugs = {request.vocoder for request in possible if request.vocoder is not None}
    vocoders = {
        slug: load_vocoder(slug, materials.config, materials.vocoders.get(slug), materials.device) for slug in slugs
    }
    note = _count(len(possible), len(requests) - len(possible))
    return _render(list(systems.values()), takes, vocoders, materials, progress, note)


def _count(n_possible: int, n_left_out: int) -> str:
    ready = f"{n_possible} clips are ready"
    return f"{ready}; {n_left_out} left out, for want of recordings heard wrongly" if n_left_out else ready


def _check(request: ClipRequest, takes: Takes, materials: Materials) -> None:
    materials.climbed(request.climbs or ())
    takes.row(request)
    if request.source == RECONSTRUCTION and materials.prior is None:
        raise PriorIsMissing(f"A clip of {request.word!r} is to go through a decoder: give a trained prior.")
    settings = search_settings(request)
    if settings is not None and settings.space is Space.DECODER and materials.prior is None:
        raise PriorIsMissing(f"A clip of {request.word!r} is searched through a decoder: give a trained prior.")


def _render(
    systems: Sequence[Sequence[ClipRequest]],
    takes: Takes,
    vocoders: Mapping[str, Vocoder],
    materials: Materials,
    progress: Progress,
    last_note: str,
) -> Iterator[RenderedClip]:
    total = sum(len(requests) for requests in systems)
    done = 0
    searching: Batches[Group]

    def report(note: str) -> None:
        progress(done / total, note)

    def find(groups: Sequence[Group]) -> FoundFeatures:
        report(_note(groups[0][0]))
        return find_features(groups, takes, materials, fill_to=min(STEADY, searching.size * group_size(groups[0][0])))

    for requests in systems:
        wanted = frozenset(requests)
        searching = Batches(max(1, BATCH // group_size(requests[0])), report)
        vocoding: Batches[int] = Batches(BATCH, report)
        for found in searching.do(find, groups_of(requests, takes)):
            kept = found.only(wanted)
            yield from _finish(kept, vocoders.get(str(requests[0].vocoder)), vocoding, materials)
            done += len(kept.requests)
    progress(1.0, last_note)


def _note(request: ClipRequest) -> str:
    asked = (request.source, request.preset, request.space, request.start, request.vocoder, *(request.climbs or ()))
    return ", ".join(part.replace("_", " ") for part in asked if part is not None)


def _finish(
    found: FoundFeatures, vocoder: Vocoder | None, batches: Batches[int], materials: Materials
) -> Iterator[RenderedClip]:
    """Make the features sound, set the levels, and have every classifier judge both."""
    rate = materials.config.sample_rate
    sounds = batches.do(lambda rows: _sound(found, rows, vocoder, materials), range(len(found.requests)))
    levelled = [set_level(waveform, rate) for waveforms in sounds for waveform in waveforms]
    waveforms = torch.stack([each.waveform for each in levelled])
    on_features, on_audio = _judge(found.features, waveforms, materials)
    for row, request in enumerate(found.requests):
        recording = found.recordings[row]
        yield RenderedClip(
            request=request,
            waveform=waveforms[row].cpu(),
            sample_rate=rate,
            features=found.features[row].cpu(),
            recipe=clip_recipe(found, row, levelled[row].gain, vocoder, materials),
            talker=recording.talker if recording is not None else "",
            judgements={
                slug: {"features": on_features[slug][row], "audio": on_audio[slug][row]} for slug in on_features
            },
        )


def _sound(found: FoundFeatures, rows: Sequence[int], vocoder: Vocoder | None, materials: Materials) -> Tensor:
    """Give the waveforms [B, N] of some rows: recordings at the common rate and length, or features vocoded.

    Features are clipped to [0, 1] here and not earlier: classifiers judge what the search found, unclipped.
    """
    if vocoder is None:
        recordings = [each for each in (found.recordings[row] for row in rows) if each is not None]
        read = [read_waveform(recording.path, materials.config.sample_rate) for recording in recordings]
        return torch.cat([fit_length(waveform[None], materials.config) for waveform in read]).to(materials.device)
    seeds = [found.requests[row].stream_seed("vocoder") for row in rows]
    return vocoder(found.features[list(rows)].clamp(0.0, 1.0), seeds=seeds)


_Judged = dict[str, list[dict[str, float]]]


def _judge(features: Tensor, waveforms: Tensor, materials: Materials) -> tuple[_Judged, _Judged]:
    """Have every classifier judge features [B, M, T] and waveforms [B, N]: slug -> each clip's word -> probability."""
    words = materials.feature_set.words

    def named(found: Tensor) -> list[dict[str, float]]:
        return [dict(zip(words, row, strict=True)) for row in found.tolist()]

    on_features, on_audio = {}, {}
    for slug, loaded in materials.classifiers.items():
        on_features[slug] = named(probabilities(loaded.network, features))
        on_audio[slug] = named(judge_audio(loaded.network, waveforms, materials.config))
    return on_features, on_audio
