"""From requests to features: the recordings' own, what a decoder makes of them, or what a search finds."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from generation.engine.clip_request import MAXIMISED, RECONSTRUCTION, ClipRequest
from generation.engine.corpora.layout import Recording
from generation.engine.materials import Materials
from generation.engine.maximisation.maximise import Maximised, maximise
from generation.engine.maximisation.recipes import MaximisationRecipe, Space, preset
from generation.engine.maximisation.shares import STEADY
from generation.engine.maximisation.starts import noise_start, recording_start
from generation.engine.takes import Takes

Group = tuple[ClipRequest, ...]


@dataclass(frozen=True)
class Search:
    """How features were searched: the settings, how the objective and the probability [steps + 1, B] went, and how
    many steps and starts each took [B]."""

    settings: MaximisationRecipe
    objective: Tensor
    probability: Tensor
    steps_taken: Tensor
    starts_taken: Tensor

    def of(self, rows: Sequence[int]) -> "Search":
        """Leave out all but some rows of the batch."""
        ways = (self.objective[:, rows], self.probability[:, rows])
        return Search(self.settings, *ways, self.steps_taken[rows], self.starts_taken[rows])


@dataclass(frozen=True)
class FoundFeatures:
    """Requests of one system, the recording that enters each, if any, and their features [B, M, T], not clipped."""

    requests: Sequence[ClipRequest]
    recordings: Sequence[Recording | None]
    features: Tensor
    search: Search | None = None

    def only(self, wanted: Container[ClipRequest]) -> "FoundFeatures":
        """Leave out requests that were searched for the sake of their group alone."""
        rows = [row for row, request in enumerate(self.requests) if request in wanted]
        search = self.search and self.search.of(rows)
        requests = [self.requests[row] for row in rows]
        recordings = [self.recordings[row] for row in rows]
        return FoundFeatures(requests, recordings, self.features[rows], search)


def search_settings(request: ClipRequest) -> MaximisationRecipe | None:
    """Give the settings of the request's search, None if it has none. Raises PresetIsUnknown."""
    return preset(str(request.preset), str(request.space)) if request.source == MAXIMISED else None


def groups_of(requests: Sequence[ClipRequest], takes: Takes) -> list[Group]:
    """List what must be searched together for these requests of one system, each group once.

    Where the objective couples no samples, a group is a request by itself.
    """
    size = group_size(requests[0])
    return list(dict.fromkeys(tuple(takes.group(request, size)) for request in requests))


def group_size(request: ClipRequest) -> int:
    """Tell how many requests of the system are searched as a group."""
    settings = search_settings(request)
    return 1 if settings is None else settings.objective.group_size


def find_features(
    groups: Sequence[Group], takes: Takes, materials: Materials, *, fill_to: int = STEADY
) -> FoundFeatures:
    """Find the features of groups of one system. Raises what `maximise` raises.

    fill_to: as `maximise` has it.
    """
    requests = [request for group in groups for request in group]
    rows = [takes.row(request) for request in requests]
    recordings = [None if row is None else materials.feature_set.recordings[row] for row in rows]
    known = [row for row in rows if row is not None]
    recorded = materials.feature_set.features[known].to(materials.device)
    settings = search_settings(requests[0])
    if settings is None:
        is_decoded = requests[0].source == RECONSTRUCTION
        return FoundFeatures(requests, recordings, _reconstructed(recorded, materials) if is_decoded else recorded)
    found = _search(groups, recorded if known else None, settings, materials, fill_to)
    search = Search(settings, found.objective, found.probability, found.steps_taken, found.starts_taken)
    return FoundFeatures(requests, recordings, found.features, search)


@torch.inference_mode()
def _reconstructed(recorded: Tensor, materials: Materials) -> Tensor:
    """Give what the prior makes of recordings' features [B, M, T], encoded and decoded again."""
    prior: Any = None if materials.prior is None else materials.prior.network
    features: Tensor = prior.decode(prior.encode(recorded))
    return features


def _search(
    groups: Sequence[Group],
    recorded: Tensor | None,
    settings: MaximisationRecipe,
    materials: Materials,
    fill_to: int,
) -> Maximised:
    """Search features for the requests' words, from the recordings' features [B, M, T] or else from noise."""
    requests = [request for group in groups for request in group]
    prior: Any = None if materials.prior is None else materials.prior.network
    generators = [torch.Generator().manual_seed(request.stream_seed("search")) for request in requests]
    if recorded is not None:
        start = recording_start(recorded, prior, settings)
    else:
        features_shape = (materials.config.n_mels, materials.config.n_frames)
        shape = features_shape if settings.space is Space.FEATURES else (prior.code_size,)
        start = noise_start(shape, settings, generators).to(materials.device)
    words = list(materials.feature_set.words)
    targets = torch.tensor([words.index(request.word) for request in requests], device=start.device)
    numbers = torch.tensor([number for number, group in enumerate(groups) for _ in group], device=start.device)
    classifiers = [loaded.network for loaded in materials.climbed(requests[0].climbs or ()).values()]
    return maximise(
        start, targets, classifiers, prior, settings, generators, numbers, fill_to=fill_to, from_noise=recorded is None
    )
