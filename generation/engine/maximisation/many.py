"""Searches by the ten thousand, from noise, in chunks: memory does not grow with their number."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from generation.engine.batches import Batches
from generation.engine.devices import hand_back_freed_memory
from generation.engine.maximisation.decoding import Prior
from generation.engine.maximisation.maximise import Maximised, maximise
from generation.engine.maximisation.recipes import MaximisationRecipe
from generation.engine.maximisation.shares import STEADY
from generation.engine.maximisation.starts import noise_start
from generation.engine.progress import Progress, unwatched

# Where samples leave early, the last of a large batch are few beside the others.
BATCH = 512


@dataclass(frozen=True)
class Chunk:
    """A part of a large search: its targets [B], those from number `first` on, and what it found."""

    first: int
    targets: Tensor
    found: Maximised


def maximise_many(
    targets: Tensor,
    classifiers: Sequence[nn.Module],
    prior: Prior | None,
    recipe: MaximisationRecipe,
    *,
    shape: Sequence[int],
    seed: int,
    device: torch.device,
    batch: int = BATCH,
    progress: Progress = unwatched,
) -> Iterator[Chunk]:
    """Search from noise for each of the targets [R], in their order, `batch` at a time on the device.

    shape: of one sample's start, (M, T) or (D,). seed: with its number among the targets it decides a sample, whatever
    the batch. Where the objective looks at groups, so many neighbours are a group, and a batch holds whole ones.
    A batch that does not fit into memory is halved, which `progress` is told. Raises MemoryIsTooSmall, and what
    `maximise` raises.
    """
    size = recipe.objective.group_size
    done = 0

    def search(firsts: Sequence[int]) -> Chunk:
        rows = range(firsts[0], min(firsts[-1] + size, len(targets)))
        generators = [torch.Generator().manual_seed(_sample_seed(seed, row)) for row in rows]
        start = noise_start(shape, recipe, generators).to(device)
        wanted = targets[rows.start : rows.stop].to(device)
        fill_to = min(STEADY, size * batches.size)
        found = maximise(start, wanted, classifiers, prior, recipe, generators, fill_to=fill_to, from_noise=True)
        return Chunk(rows.start, wanted, found)

    batches: Batches[int] = Batches(max(1, batch // size), lambda note: progress(done / len(targets), note))
    try:
        for chunk in batches.do(search, range(0, len(targets), size)):
            yield chunk
            done += len(chunk.targets)
            progress(done / len(targets), f"searched {done} of {len(targets)}")
    finally:
        hand_back_freed_memory()


def _sample_seed(seed: int, row: int) -> int:
    """Derive a sample's seed. A generator of PyTorch looks at 32 bits alone: counting on, no two samples share them."""
    base = int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:4], "big")
    return (base + row) % 2**32
