"""From requests to clips: search, vocode, set the level and have every classifier judge, in batches."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import torch
from torch import Tensor

from generation.engine.clip_request import MAXIMISED, NATURAL, RECONSTRUCTION, ClipRequest, System
from generation.engine.corpora.layout import Recording
from generation.engine.corpora.recordings import read_waveform
from generation.engine.features import fit_length
from generation.engine.judging import judge_audio, probabilities
from generation.engine.level import HIGHEST_PEAK, TARGET, set_level
from generation.engine.materials import Materials, NoRecordingLeft, rows_of_test_recordings
from generation.engine.maximisation.maximise import Maximised, PriorIsMissing, maximise, noise_start, recording_start
from generation.engine.maximisation.recipes import MaximisationRecipe, Space, preset
from generation.engine.progress import Progress
from generation.engine.vocoder import Vocoder, load_vocoder

BATCH = 32


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


@dataclass(frozen=True)
class _Batch:
    """Requests of one system with what was found for them so far."""

    requests: Sequence[ClipRequest]
    recordings: Sequence[Recording | None]
    features: Tensor
    search: Maximised | None
    settings: MaximisationRecipe | None


def render(requests: Sequence[ClipRequest], materials: Materials, progress: Progress) -> Iterator[RenderedClip]:
    """Make the clips, system by system and in batches of BATCH, so that memory does not grow with their number.

    Within a system clips come in the order asked for. A clip is decided by its own request and seed; its batch changes
    it by rounding at most. All requests are checked before the first clip is made: raises WordIsUnknown,
    NoRecordingLeft, ClassifierIsMissing, PriorIsMissing, PresetIsUnknown, and what the vocoders raise; and later
    SearchDiverged, WaveformIsSilent.
    """
    systems: dict[System, list[ClipRequest]] = {}
    for request in requests:
        systems.setdefault(request.system, []).append(request)
    takes = {request.word: rows_of_test_recordings(materials.feature_set, request.word) for request in requests}
    for request in requests:
        _check(request, takes[request.word], materials)
    slugs = {request.vocoder for request in requests if request.vocoder is not None}
    vocoders = {
        slug: load_vocoder(slug, materials.config, materials.vocoders.get(slug), materials.device) for slug in slugs
    }
    return _render(list(systems.values()), takes, vocoders, materials, progress)


def _check(request: ClipRequest, takes: Sequence[int], materials: Materials) -> None:
    if request.uses_recording and request.take >= len(takes):
        raise NoRecordingLeft(
            f"Take {request.take} of {request.word!r} is asked for, and the test split has {len(takes)} recordings of "
            "it (takes count from 0): ask for fewer clips, or put more recordings into testing_list.txt."
        )
    if request.source == RECONSTRUCTION and materials.prior is None:
        raise PriorIsMissing(f"A clip of {request.word!r} is to go through a decoder: give a trained prior.")
    if request.source == MAXIMISED:
        materials.climbed(request.climbs or ())
        recipe = preset(str(request.preset), str(request.space))
        if recipe.space is Space.DECODER and materials.prior is None:
            raise PriorIsMissing(f"A clip of {request.word!r} is searched through a decoder: give a trained prior.")


def _render(
    systems: Sequence[Sequence[ClipRequest]],
    takes: Mapping[str, Sequence[int]],
    vocoders: Mapping[str, Vocoder],
    materials: Materials,
    progress: Progress,
) -> Iterator[RenderedClip]:
    total = sum(len(requests) for requests in systems)
    done = 0
    for requests in systems:
        for first in range(0, len(requests), BATCH):
            progress(done / total, _note(requests[first]))
            batch = _prepare(requests[first : first + BATCH], takes, materials)
            yield from _finish(batch, vocoders, materials)
            done += len(batch.requests)
    progress(1.0, f"{total} clips are ready")


def _note(request: ClipRequest) -> str:
    asked = (request.source, request.preset, request.space, request.start, request.vocoder, *(request.climbs or ()))
    return ", ".join(part.replace("_", " ") for part in asked if part is not None)


def _prepare(requests: Sequence[ClipRequest], takes: Mapping[str, Sequence[int]], materials: Materials) -> _Batch:
    """Find the features of requests of one system: the recordings', or a search's."""
    feature_set = materials.feature_set
    rows = [takes[request.word][request.take] if request.uses_recording else None for request in requests]
    recordings = [None if row is None else feature_set.recordings[row] for row in rows]
    known = [row for row in rows if row is not None]
    recorded = feature_set.features[known].to(materials.device) if known else None
    if requests[0].source != MAXIMISED and recorded is not None:
        shown = _reconstructed(recorded, materials) if requests[0].source == RECONSTRUCTION else recorded
        return _Batch(requests, recordings, shown, None, None)
    settings = preset(str(requests[0].preset), str(requests[0].space))
    found = _search(requests, recorded, settings, materials)
    return _Batch(requests, recordings, found.features, found, settings)


@torch.inference_mode()
def _reconstructed(recorded: Tensor, materials: Materials) -> Tensor:
    """Give what the prior makes of recordings' features [B, M, T], encoded and decoded again."""
    prior: Any = None if materials.prior is None else materials.prior.network
    features: Tensor = prior.decode(prior.encode(recorded))
    return features


def _search(
    requests: Sequence[ClipRequest], recorded: Tensor | None, settings: MaximisationRecipe, materials: Materials
) -> Maximised:
    """Search features for the requests' words, from the recordings' features [B, M, T] or else from noise."""
    config, words = materials.config, list(materials.feature_set.words)
    prior: Any = None if materials.prior is None else materials.prior.network
    generators = [torch.Generator().manual_seed(stream_seed(request, "search")) for request in requests]
    if recorded is not None:
        start = recording_start(recorded, prior, settings)
    else:
        features_shape = (config.n_mels, config.n_frames)
        shape = features_shape if settings.space is Space.FEATURES else (prior.code_size,)
        start = noise_start(shape, settings, generators).to(materials.device)
    targets = torch.tensor([words.index(request.word) for request in requests], device=materials.device)
    classifiers = [loaded.network for loaded in materials.climbed(requests[0].climbs or ()).values()]
    return maximise(start, targets, classifiers, prior, settings, generators)


def stream_seed(request: ClipRequest, stream: str) -> int:
    """Derive the seed of one kind of randomness in a clip, so that a search's noise is not a vocoder's too."""
    digest = hashlib.sha256(f"{request.seed}/{request.take}/{request.word}/{stream}".encode()).digest()
    return int.from_bytes(digest[:7], "big")


def _finish(batch: _Batch, vocoders: Mapping[str, Vocoder], materials: Materials) -> Iterator[RenderedClip]:
    """Make the batch's features sound, set the levels, and have every classifier judge both."""
    rate = materials.config.sample_rate
    levelled = [set_level(waveform, rate) for waveform in _sound(batch, vocoders, materials)]
    waveforms = torch.stack([each.waveform for each in levelled])
    on_features, on_audio = _judge(batch.features, waveforms, materials)
    for row, request in enumerate(batch.requests):
        recording = batch.recordings[row]
        yield RenderedClip(
            request=request,
            waveform=waveforms[row].cpu(),
            sample_rate=rate,
            features=batch.features[row].cpu(),
            recipe=_recipe(batch, row, levelled[row].gain, vocoders, materials),
            talker=recording.talker if recording is not None else "",
            judgements={
                slug: {"features": on_features[slug][row], "audio": on_audio[slug][row]} for slug in on_features
            },
        )


def _sound(batch: _Batch, vocoders: Mapping[str, Vocoder], materials: Materials) -> Tensor:
    """Give the waveforms [B, N]: recordings as they are, at the common rate and length, or features vocoded.

    Features are clipped to [0, 1] here and not earlier: classifiers judge what the search found, unclipped.
    """
    request = batch.requests[0]
    if request.source == NATURAL:
        recordings = [each for each in batch.recordings if each is not None]
        read = [read_waveform(recording.path, materials.config.sample_rate) for recording in recordings]
        return torch.cat([fit_length(waveform[None], materials.config) for waveform in read]).to(materials.device)
    seeds = [stream_seed(each, "vocoder") for each in batch.requests]
    return vocoders[str(request.vocoder)](batch.features.clamp(0.0, 1.0), seeds=seeds)


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


def _recipe(
    batch: _Batch, row: int, gain: float, vocoders: Mapping[str, Vocoder], materials: Materials
) -> dict[str, Any]:
    """Write down everything that decides a clip, so that it can be made again."""
    request, recording = batch.requests[row], batch.recordings[row]
    recipe: dict[str, Any] = {
        "request": request.as_dict(),
        "features": materials.config.as_dict(),
        "level": {"gain": gain, "root_mean_square": TARGET, "highest_peak": HIGHEST_PEAK},
        "versions": {name: version(name) for name in ("torch", "torchaudio")},
    }
    if recording is not None:
        recipe["recording"] = {
            "name": f"{recording.word}/{recording.path.name}",
            "sha256": hashlib.sha256(recording.path.read_bytes()).hexdigest(),
            "split": recording.split,
        }
    if request.source == RECONSTRUCTION and materials.prior is not None:
        recipe["prior_sha256"] = materials.prior.sha256
    if batch.search is not None and batch.settings is not None:
        recipe["search"] = _search_record(request, batch.search, batch.settings, row, materials)
        recipe["search"]["seed"] = stream_seed(request, "search")
    if request.vocoder is not None:
        settings = vocoders[request.vocoder].settings
        recipe["vocoder"] = {"slug": request.vocoder, "seed": stream_seed(request, "vocoder"), **settings}
    return recipe


def _search_record(
    request: ClipRequest, found: Maximised, settings: MaximisationRecipe, row: int, materials: Materials
) -> dict[str, Any]:
    """Write down how a clip's features were searched, with which networks, and how the search went."""
    prior = materials.prior if settings.space is Space.DECODER else None
    climbed = materials.climbed(request.climbs or ())
    return {
        **settings.as_dict(),
        "classifiers_sha256": {name: loaded.sha256 for name, loaded in climbed.items()},
        "prior_sha256": None if prior is None else prior.sha256,
        "objective_trajectory": found.objective[:, row].tolist(),
        "probability_trajectory": found.probability[:, row].tolist(),
    }
