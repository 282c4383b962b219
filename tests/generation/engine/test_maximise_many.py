"""Searches by the thousand, in chunks."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from generation.engine.batches import MemoryIsTooSmall
from generation.engine.maximisation.many import maximise_many
from generation.engine.maximisation.objectives.margin import Margin
from generation.engine.maximisation.penalties.likeness import Likeness
from generation.engine.maximisation.recipes import preset
from generation.engine.maximisation.transforms.jitter import Jitter
from generation.engine.maximisation.transforms.noise import Noise

MELS, FRAMES, WORDS = 6, 12, 4
TARGETS = torch.arange(22) // 6
CPU = torch.device("cpu")
# The disturbances of real features would leave nothing of such small ones.
RECIPE = replace(preset("robust", "features"), objective=Margin(), transforms=(Jitter(1), Noise(0.03)), steps=10)


class Room(nn.Module):
    """A classifier that has memory for so many samples."""

    def __init__(self, size):
        super().__init__()
        torch.manual_seed(1)
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(MELS * FRAMES, WORDS))
        self.size = size
        self.eval()

    def forward(self, features):
        if len(features) > self.size:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")
        return self.layers(features)


def search(recipe=RECIPE, size=100, progress=lambda fraction, note: None, **options):
    asked = {"shape": (MELS, FRAMES), "seed": 3, "device": CPU, "progress": progress, **options}
    return list(maximise_many(TARGETS, [Room(size)], None, recipe, **asked))


def features_of(chunks):
    return torch.cat([chunk.found.features for chunk in chunks])


def test_the_chunks_hold_all_targets_in_their_order():
    chunks = search(batch=8)

    assert [chunk.first for chunk in chunks] == [0, 8, 16]
    assert torch.equal(torch.cat([chunk.targets for chunk in chunks]), TARGETS)
    for chunk in chunks:
        assert chunk.found.start.shape == chunk.found.features.shape == (len(chunk.targets), MELS, FRAMES)
        assert chunk.found.probability[-1].mean() > chunk.found.probability[0].mean()


def test_a_sample_does_not_depend_on_its_chunk():
    assert torch.allclose(features_of(search(batch=5)), features_of(search(batch=64)), atol=1e-5)


def test_no_two_samples_start_alike_and_the_seed_decides_them():
    starts = torch.cat([chunk.found.start for chunk in search()])

    assert len(starts.unique(dim=0)) == len(TARGETS)
    assert torch.equal(starts, torch.cat([chunk.found.start for chunk in search()]))
    assert not torch.equal(starts, torch.cat([chunk.found.start for chunk in search(seed=4)]))


def test_a_chunk_that_does_not_fit_into_memory_is_halved_with_the_same_result():
    told = []

    chunks = search(batch=16, size=6, progress=lambda fraction, note: told.append((round(fraction, 2), note)))

    assert [len(chunk.targets) for chunk in chunks] == [4, 4, 4, 4, 4, 2]
    assert told[:3] == [
        (0.0, "out of memory: going on with 8 at a time"),
        (0.0, "out of memory: going on with 4 at a time"),
        (0.18, "searched 4 of 22"),
    ]
    assert told[-1] == (1.0, "searched 22 of 22")
    assert torch.allclose(features_of(chunks), features_of(search()), atol=1e-5)


def test_memory_for_not_even_one_is_an_error():
    with pytest.raises(MemoryIsTooSmall):
        search(size=0)


def test_a_group_is_never_cut():
    recipe = replace(RECIPE, objective=Margin() - 5.0 * Likeness(group=4))

    chunks = search(recipe, batch=10, size=9)

    assert [len(chunk.targets) for chunk in chunks] == [8, 8, 6]
    assert torch.allclose(features_of(chunks), features_of(search(recipe, batch=100)), atol=1e-5)
