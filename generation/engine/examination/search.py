"""Searching many codes of one word and counting what the panel says of them, chunk by chunk."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from generation.engine.examination.panel import Panel
from generation.engine.examination.tallies import Tally, total
from generation.engine.maximisation.many import Chunk, maximise_many
from generation.engine.progress import Progress, unwatched

# So many codes of each word are kept, to be measured, mapped and heard; of all others only counts.
KEPT = 24


@dataclass(frozen=True)
class Part:
    """Some of the codes of a word: those from number `first` on."""

    word: str
    first: int
    count: int


@dataclass(frozen=True)
class Kept:
    """The first codes of a word: start and features [B, M, T], codes before and after [B, D], and who agrees [B]."""

    begun: Tensor
    features: Tensor
    codes_before: Tensor
    codes_after: Tensor
    is_agreed: Tensor


@dataclass(frozen=True)
class Searched:
    """What came of a part: how many the whole panel agrees on, each classifier's counts, and what is kept, if any."""

    n_agreed: int
    tallies: dict[str, Tally]
    kept: Kept | None

    def as_dict(self) -> dict[str, Any]:
        """Give the counts as plain data."""
        return {"n_agreed": self.n_agreed, "tallies": {slug: each.as_dict() for slug, each in self.tallies.items()}}


def search(part: Part, panel: Panel, seed: int, progress: Progress = unwatched) -> Searched:
    """Search a part's codes from noise and have the panel judge them; its memory does not grow with their number.

    Raises what `maximise_many` raises.
    """
    target = panel.feature_set.words.index(part.word)
    tallies: dict[str, list[Tally]] = defaultdict(list)
    kept: list[Kept] = []
    n_agreed = 0
    for chunk in maximise_many(
        torch.full((part.count,), target), [each.network for each in panel.climbed.values()], panel.decoder,
        panel.recipe, shape=panel.start_shape, seed=part_seed(part, seed), device=panel.device, progress=progress,
    ):  # fmt: skip
        heard = panel.hear_features(chunk.found.features)
        is_agreed = panel.agrees(heard, target)
        n_agreed += int(is_agreed.sum())
        for slug, probabilities in heard.items():
            tallies[slug] = [total([*tallies[slug], Tally.of(probabilities)])]
        if part.first == 0 and chunk.first < KEPT:
            kept.append(_kept(chunk, is_agreed, panel))
    counts = {slug: counted[0] for slug, counted in tallies.items()}
    return Searched(n_agreed, counts, _joined(kept) if kept else None)


def part_seed(part: Part, seed: int) -> int:
    """Derive a part's seed, so that parts of one examination share no random numbers."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{part.word}/{part.first}".encode()).digest()[:4], "big")


def _kept(chunk: Chunk, is_agreed: Tensor, panel: Panel) -> Kept:
    count = max(0, KEPT - chunk.first)
    found = chunk.found
    after = panel.codes_of(found.features[:count]) if found.code is None else found.code[:count]
    return Kept(
        panel.features_of_start(found.start[:count]).cpu(),
        found.features[:count].cpu(),
        panel.codes_of_start(found.start[:count]).cpu(),
        after.cpu(),
        is_agreed[:count],
    )


def _joined(kept: list[Kept]) -> Kept:
    return Kept(*(torch.cat([getattr(each, name) for each in kept]) for name in Kept.__dataclass_fields__))
