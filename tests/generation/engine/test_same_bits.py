"""A clip is decided to the last bit by its request and seed, whoever shares its batch and however many threads compute.

The networks are the catalogue's, at their real size: what is tested is how their products are rounded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn.utils import convert_conv2d_weight_memory_format

from generation.engine.maximisation.many import maximise_many
from generation.engine.maximisation.maximise import maximise
from generation.engine.maximisation.objectives.activation import Activation
from generation.engine.maximisation.recipes import preset
from generation.engine.maximisation.shares import STEADY, shares_of
from generation.engine.maximisation.starts import noise_start
from generation.engine.networks import build

SIZES = {"n_mels": 80, "n_frames": 90}
GROUP = 8
SAMPLES = 40
CPU = torch.device("cpu")


def network(name, seed, **settings):
    torch.manual_seed(seed)
    built = build(name, {**SIZES, **settings}).eval().requires_grad_(False)
    convert_conv2d_weight_memory_format(built, torch.channels_last)
    return built


LOUDER = (
    ("half_autoencoder", nn.Conv2d, 1000),
    ("residual_classifier", nn.Linear, 900),
    ("temporal_classifier", nn.Linear, 900),
)


@pytest.fixture(scope="module")
def networks():
    classifiers = ("paper_classifier", "residual_classifier", "temporal_classifier")
    priors = ("half_autoencoder", "paper_autoencoder")
    made = {name: network(name, 1, n_words=5) for name in classifiers} | {name: network(name, 2) for name in priors}
    # Untrained, these say nearly the same of everything: their last layers are made louder.
    for name, kind, gain in LOUDER:
        layers = [layer for layer in made[name].modules() if isinstance(layer, kind)]
        layers[-1].weight.mul_(gain)
    return made


@contextmanager
def threads(count) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    yield
    torch.set_num_threads(before)


# Untrained networks are seldom sure: what is not much less likely than the others has found its word.
PATIENT = replace(preset("recommended", "decoder"), steps=8, patience=1, assurance=-8.0, renewal=4, in_turn=2)
SEARCHES = {
    "direct": (("paper_classifier",), None, replace(preset("paper", "features"), steps=3)),
    "decoder": (("paper_classifier",), "paper_autoencoder", replace(preset("paper", "decoder"), steps=3)),
    "patient": (("residual_classifier", "temporal_classifier"), "half_autoencoder", PATIENT),
}


def searched(networks, name, batch):
    """Search SAMPLES samples, so many at a time."""
    climbed, prior_name, recipe = SEARCHES[name]
    prior = None if prior_name is None else networks[prior_name]
    shape = (80, 90) if prior is None else (prior.code_size,)
    found = []
    for first in range(0, SAMPLES, batch):
        rows = range(first, min(first + batch, SAMPLES))
        generators = [torch.Generator().manual_seed(row) for row in rows]
        start = noise_start(shape, recipe, generators)
        groups = torch.tensor(rows) // GROUP
        classifiers = [networks[each] for each in climbed]
        found.append(maximise(start, groups % 5, classifiers, prior, recipe, generators, groups, from_noise=True))
    return torch.cat([each.features for each in found]), torch.cat([each.steps_taken for each in found])


@pytest.mark.parametrize("name", SEARCHES)
def test_the_bits_are_the_same_whatever_the_batch_and_the_threads(networks, name):
    features, steps_taken = searched(networks, name, SAMPLES)

    for batch, n_threads in ((8, 1), (24, 1), (SAMPLES, 2)):
        with threads(n_threads):
            others, others_steps = searched(networks, name, batch)
        assert torch.equal(others_steps, steps_taken)
        assert torch.equal(others, features)


def test_samples_that_leave_one_by_one_leave_the_others_bits_as_they_are(networks):
    _, steps_taken = searched(networks, "patient", SAMPLES)

    # What the test above compares is a batch that shrinks, and not all at once.
    assert len(steps_taken.unique()) >= 3
    assert any(len(group.unique()) > 1 for group in steps_taken.view(-1, GROUP))


class Room(nn.Module):
    """A classifier that has memory for so many samples."""

    def __init__(self, classifier, size):
        super().__init__()
        self.classifier, self.size = classifier, size

    def forward(self, features):
        if len(features) > self.size:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory.")
        return self.classifier(features)


def test_halved_batches_have_the_bits_of_whole_ones(networks):
    def searched_in(size):
        room, told = Room(networks["residual_classifier"], size).eval(), []
        asked = (torch.zeros(36, dtype=torch.long), [room], None, SEARCHES["direct"][2])
        options = {"shape": (80, 90), "seed": 1, "device": CPU, "batch": 64}
        chunks = list(maximise_many(*asked, **options, progress=lambda _, note: told.append(note)))
        return torch.cat([chunk.found.features for chunk in chunks]), told

    whole, _ = searched_in(64)
    halved, told = searched_in(20)

    assert told[0] == "out of memory: going on with 18 at a time"
    assert torch.equal(halved, whole)


def test_a_search_that_listens_at_layers_is_done_by_one_thread(networks):
    recipe = replace(SEARCHES["direct"][2], objective=Activation("penultimate", unit=3))
    generators = [torch.Generator().manual_seed(row) for row in range(2 * STEADY)]
    asked = (noise_start((80, 90), recipe, generators), torch.zeros(2 * STEADY, dtype=torch.long))

    def found():
        return maximise(*asked, [networks["temporal_classifier"]], None, recipe, generators).features

    alone = found()
    with threads(2):
        assert torch.equal(found(), alone)


def test_shares_are_no_smaller_than_what_is_rounded_alike_and_cut_no_group():
    assert shares_of([0] * 64, 2) == [slice(0, 64)]
    assert shares_of(list(range(64)), 2) == [slice(0, 32), slice(32, 64)]
    assert shares_of(list(range(40)), 4) == [slice(0, 16), slice(16, 40)]
    assert shares_of([row // 12 for row in range(48)], 2) == [slice(0, 24), slice(24, 48)]
    assert shares_of([row // 20 for row in range(60)], 2) == [slice(0, 40), slice(40, 60)]
    assert shares_of([0, *range(1, 40), 0], 2) == [slice(0, 41)]
