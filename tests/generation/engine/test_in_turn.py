"""Classifiers that are heard in turn before all are heard together."""

from dataclasses import replace

import pytest
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


def search(recipe, classifiers, start=None, *, from_noise=False):
    generators = [torch.Generator().manual_seed(row) for row in range(SAMPLES)]
    start = noise_start((MELS, FRAMES), recipe, generators) if start is None else start
    targets = torch.zeros(SAMPLES, dtype=torch.long)
    return maximise(start, targets, classifiers, None, recipe, generators, from_noise=from_noise)


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


class Certain(nn.Module):
    """A classifier that hears class 0 in everything, or never, and after a number of questions the other way round."""

    def __init__(self, hears, *, turns_after=STEPS + 1):
        super().__init__()
        self.log_odds, self.turns_after, self.asked = 9.0 if hears else -9.0, turns_after, 0
        self.eval()

    def forward(self, features):
        self.asked += 1
        silence = features.flatten(1).sum(dim=1) * 0
        log_odds = self.log_odds if self.asked <= self.turns_after else -self.log_odds
        return torch.stack([silence + log_odds, silence], dim=1)


def test_nobody_leaves_before_each_classifier_was_heard():
    patient = replace(TOGETHER, patience=1)

    def steps_taken(recipe, *classifiers):
        return search(recipe, classifiers).steps_taken.unique().tolist()

    assert steps_taken(patient, Certain(hears=True), Certain(hears=True)) == [1]
    assert steps_taken(replace(patient, in_turn=STEPS), Certain(hears=True), Certain(hears=True)) == [2]
    assert steps_taken(replace(patient, in_turn=STEPS), *[Certain(hears=True) for _ in range(3)]) == [3]
    assert steps_taken(replace(patient, in_turn=STEPS), Certain(hears=True), Certain(hears=False)) == [STEPS]


def test_who_refuses_in_its_turn_ends_what_the_others_held():
    refuses_once = Certain(hears=False, turns_after=1)

    found = search(replace(TOGETHER, in_turn=STEPS, patience=3), [Certain(hears=True), refuses_once])

    # Heard in the second step and the fourth; held from the third on.
    assert (found.steps_taken == 5).all()


def test_where_all_are_heard_again_one_step_is_heard_by_all():
    hears_late = Certain(hears=False, turns_after=1)

    found = search(replace(TOGETHER, in_turn=3, patience=1), [Certain(hears=True), hears_late])

    assert (found.steps_taken == 4).all()


@pytest.mark.parametrize(("hears", "starts"), [((False, False), 2), ((True, False), 1), ((False, True), 1)])
def test_a_sample_begins_again_where_each_refused_it_in_its_turn(hears, starts):
    recipe = replace(TOGETHER, in_turn=STEPS, patience=STEPS, renewal=STEPS // 2 + 1)

    found = search(recipe, [Certain(hears=each) for each in hears], from_noise=True)

    assert (found.starts_taken == starts).all()
