"""Samples that have found their word leave the search, and change nothing for those that go on."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from generation.engine.maximisation.maximise import maximise
from generation.engine.maximisation.objectives.margin import Margin
from generation.engine.maximisation.penalties.likeness import Likeness
from generation.engine.maximisation.recipes import Space, preset
from generation.engine.maximisation.shares import STEADY
from generation.engine.maximisation.starts import noise_start
from generation.engine.maximisation.transforms.noise import Noise

MELS, FRAMES, WORDS, SAMPLES = 6, 12, 4, 24
TARGETS = torch.arange(SAMPLES) % WORDS
ALL_STEPS = replace(
    preset("whitened", "decoder"), space=Space.FEATURES, whitened=False, shell=False, steps=40, rate=0.05,
    start_deviation=0.5, transforms=(Noise(0.02),),
)  # fmt: skip
PATIENT = replace(ALL_STEPS, patience=2, assurance=1.0)


class Watched(nn.Module):
    """A classifier that notes how many samples it is given."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(MELS * FRAMES, 16), nn.Tanh(), nn.Linear(16, WORDS))
        nn.init.normal_(self.layers[3].weight)
        self.sizes = []
        self.eval()

    def forward(self, features):
        self.sizes.append(len(features))
        return self.layers(features)


def climb(recipe, rows=range(SAMPLES), classifiers=None, groups=None):
    generators = [torch.Generator().manual_seed(row) for row in rows]
    start = noise_start((MELS, FRAMES), recipe, generators)
    return maximise(start, TARGETS[list(rows)], classifiers or [Watched()], None, recipe, generators, groups)


def log_odds(features, classifier, targets=TARGETS):
    logits = classifier(features)
    others = logits.scatter(1, targets[:, None], float("-inf"))
    return logits.gather(1, targets[:, None])[:, 0] - others.logsumexp(dim=1)


def test_a_recipe_without_patience_takes_all_its_steps():
    found = climb(ALL_STEPS)

    assert (found.steps_taken == ALL_STEPS.steps).all()


def test_a_sample_leaves_where_its_own_search_of_so_many_steps_ends():
    recipe = replace(PATIENT, transforms=())

    found = climb(recipe)

    assert 2 <= found.steps_taken.min() < found.steps_taken.max() < recipe.steps
    for row, steps in enumerate(found.steps_taken.tolist()):
        alone = climb(replace(recipe, patience=None, steps=steps), rows=[row])
        assert torch.allclose(alone.features[0], found.features[row], atol=1e-5)


def test_a_sample_leaves_after_its_first_so_many_steps_with_so_much_assurance():
    found = climb(replace(PATIENT, transforms=()))

    for row, steps in enumerate(found.steps_taken.tolist()):
        asked_for = [PATIENT.assurance * (1 - step / PATIENT.steps) for step in range(steps)]
        held = (found.objective[:steps, row] >= torch.tensor(asked_for)).tolist()
        assert held[-2:] == [True, True]
        assert not any(held[step] and held[step + 1] for step in range(steps - 2))


def test_a_sample_leaves_only_when_every_classifier_has_held_it():
    torch.manual_seed(7)
    unwilling = nn.Sequential(nn.Flatten(), nn.Linear(MELS * FRAMES, WORDS)).eval()
    nn.init.zeros_(unwilling[1].weight)

    found = climb(PATIENT, classifiers=[Watched(), unwilling])

    assert (found.steps_taken == PATIENT.steps).all()


@pytest.mark.parametrize(("assurance", "steps_taken"), [(0.0, 2), (1.5, 2), (4.0, 27), (12.0, 37), (500.0, 40)])
def test_the_longer_a_search_the_less_assurance_is_asked_for(assurance, steps_taken):
    """With log-odds of 1.5 in all 40 steps: where 4 are asked for at first, 1.5 are after 25, and it takes two more."""
    steady = nn.Sequential(nn.Flatten(), nn.Linear(MELS * FRAMES, WORDS)).eval()
    nn.init.zeros_(steady[1].weight)
    steady[1].bias.data = torch.tensor([1.5 + math.log(WORDS - 1), *[0.0] * (WORDS - 1)])

    found = climb(replace(PATIENT, assurance=assurance), rows=range(0, SAMPLES, WORDS), classifiers=[steady])

    assert found.steps_taken.unique().tolist() == [steps_taken]


def test_longer_patience_and_more_assurance_take_more_steps():
    usual = climb(PATIENT).steps_taken

    assert (climb(replace(PATIENT, patience=4)).steps_taken >= usual).all()
    assert climb(replace(PATIENT, patience=4)).steps_taken.sum() > usual.sum()
    assert climb(replace(PATIENT, assurance=2.0)).steps_taken.sum() > usual.sum()


def test_the_batch_shrinks_to_a_size_that_is_rounded_alike():
    classifier = Watched()

    found = climb(PATIENT, classifiers=[classifier])

    *steps, last = classifier.sizes
    assert last == SAMPLES
    assert steps == sorted(steps, reverse=True)
    assert min(steps) == STEADY
    assert len(steps) == found.steps_taken.max() < PATIENT.steps


def test_a_sample_is_the_same_whoever_shares_its_batch():
    together = climb(PATIENT)

    apart = climb(PATIENT, rows=range(STEADY + 1))

    assert torch.equal(apart.steps_taken, together.steps_taken[: STEADY + 1])
    assert torch.allclose(apart.features, together.features[: STEADY + 1], atol=1e-6)


def test_the_way_ends_with_what_was_found():
    classifier = Watched()

    found = climb(PATIENT, classifiers=[classifier])

    assert found.objective.shape == found.probability.shape == (PATIENT.steps + 1, SAMPLES)
    assert torch.allclose(found.objective[-1], log_odds(found.features, classifier), atol=1e-5)
    for row, steps in enumerate(found.steps_taken.tolist()):
        assert (found.objective[steps:, row] == found.objective[-1, row]).all()
        assert (found.probability[steps:, row] == found.probability[-1, row]).all()
        assert found.objective[steps - 1, row] != found.objective[-1, row]


def test_the_members_of_a_group_leave_one_by_one_whoever_else_is_searched():
    recipe = replace(PATIENT, objective=Margin() - 5.0 * Likeness(group=2, reach=1.0), assurance=3.0)
    groups, rows = torch.arange(SAMPLES) // 2, range(SAMPLES)

    found = climb(recipe, groups=groups)
    first_to_leave = found.steps_taken.view(-1, 2).min(dim=1).values
    others = climb(recipe, rows=rows[: STEADY + 2], groups=groups[: STEADY + 2])

    assert (found.steps_taken.view(-1, 2).max(dim=1).values > first_to_leave).any()
    assert torch.equal(others.steps_taken, found.steps_taken[: STEADY + 2])
    assert torch.allclose(others.features, found.features[: STEADY + 2], atol=1e-5)
