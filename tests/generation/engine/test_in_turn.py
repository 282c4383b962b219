"""Classifiers that are heard in turn before all are heard together."""

from dataclasses import replace

import torch
from torch import nn

from generation.engine.maximisation.maximise import maximise
from generation.engine.maximisation.objectives.margin import Margin
from generation.engine.maximisation.recipes import MaximisationRecipe, Optimiser, Space
from generation.engine.maximisation.starts import noise_start

MELS, FRAMES, SAMPLES, STEPS = 3, 4, 20, 8
TOGETHER = MaximisationRecipe(Space.FEATURES, Margin(), Optimiser.NORMALISED_GRADIENT, 0.1, STEPS, start_deviation=1.0)


class Linear(nn.Module):
    """A classifier of two classes that counts how often it is asked."""

    def __init__(self, seed):
        super().__init__()
        torch.manual_seed(seed)
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(MELS * FRAMES, 2))
        self.asked = 0
        self.eval()

    def forward(self, features):
        self.asked += 1
        return self.layers(features)


def search(recipe, classifiers, start=None):
    generators = [torch.Generator().manual_seed(row) for row in range(SAMPLES)]
    start = noise_start((MELS, FRAMES), recipe, generators) if start is None else start
    return maximise(start, torch.zeros(SAMPLES, dtype=torch.long), classifiers, None, recipe, generators)


def test_at_first_each_classifier_is_asked_in_its_turn():
    classifiers = [Linear(seed) for seed in range(3)]

    search(replace(TOGETHER, in_turn=5), classifiers)

    in_turn, all_together, at_the_end = (2, 2, 1), STEPS - 5, 1
    assert [each.asked for each in classifiers] == [turns + all_together + at_the_end for turns in in_turn]


def test_a_turn_is_a_step_of_a_search_that_climbs_one_alone():
    first, second = Linear(1), Linear(2)

    found = search(replace(TOGETHER, in_turn=2, steps=2), [first, second])

    after_one = search(replace(TOGETHER, steps=1), [first])
    after_two = search(replace(TOGETHER, steps=1), [second], start=after_one.features)
    assert torch.equal(found.features, after_two.features)
    assert torch.equal(found.objective[0], after_one.objective[0])


def test_nobody_leaves_before_all_were_heard_together():
    patient = replace(TOGETHER, patience=1, assurance=-50.0)

    assert (search(patient, [Linear(1), Linear(2)]).steps_taken == 1).all()
    assert (search(replace(patient, in_turn=4), [Linear(1), Linear(2)]).steps_taken == 5).all()
