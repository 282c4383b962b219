"""A search from noise that leads nowhere begins again elsewhere, and nobody else's changes for it."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from generation.engine.maximisation.maximise import maximise
from generation.engine.maximisation.objectives.margin import Margin
from generation.engine.maximisation.recipes import MaximisationRecipe, Optimiser, Space
from generation.engine.maximisation.shares import STEADY
from generation.engine.maximisation.starts import noise_start

MELS, FRAMES, SAMPLES, RENEWAL = 3, 4, 48, 5
ONCE = MaximisationRecipe(
    Space.FEATURES, Margin(), Optimiser.NORMALISED_GRADIENT, 0.1, 3 * RENEWAL, start_deviation=1.0, patience=1,
    assurance=1.0, decay=0.9,
)  # fmt: skip
AGAIN = replace(ONCE, renewal=RENEWAL)


class Plain(nn.Module):
    """Hears class 0 the louder features are, and where they are quiet is deaf to every change and hears class 1."""

    def forward(self, features):
        loudness = features.flatten(1).mean(dim=1).clamp(min=0.0)
        return torch.stack([20 * loudness, torch.ones_like(loudness)], dim=1)


class Content(nn.Module):
    """Hears class 0 in everything."""

    def forward(self, features):
        silence = features.flatten(1).sum(dim=1) * 0
        return torch.stack([silence + 9, silence], dim=1)


def search(recipe, rows=range(SAMPLES), *, from_noise=True, others=()):
    generators = [torch.Generator().manual_seed(row) for row in rows]
    start = noise_start((MELS, FRAMES), recipe, generators)
    targets = torch.zeros(len(start), dtype=torch.long)
    classifiers = [Plain().eval(), *others]
    return start, maximise(start, targets, classifiers, None, recipe, generators, from_noise=from_noise)


def is_taken(found):
    return Plain()(found.features).argmax(dim=1) == 0


def test_whoever_starts_where_nothing_leads_on_begins_again():
    start, once = search(ONCE)

    _, again = search(AGAIN)

    is_stuck = start.flatten(1).mean(dim=1) <= 0
    assert torch.equal(is_taken(once), ~is_stuck)
    assert is_taken(again).sum() > is_taken(once).sum() + is_stuck.sum() / 2
    assert (again.steps_taken[is_stuck] > RENEWAL).all()
    assert (again.starts_taken[is_stuck] > 1).all()


def test_a_search_that_leads_on_is_left_alone():
    start, once = search(ONCE)

    _, again = search(AGAIN)

    leads_on = start.flatten(1).mean(dim=1) > 0
    assert torch.equal(again.features[leads_on], once.features[leads_on])
    assert torch.equal(again.start[leads_on], start[leads_on])
    assert (again.starts_taken[leads_on] == 1).all()


def test_what_was_found_belongs_to_the_start_that_is_told():
    start, again = search(AGAIN)

    for row in (again.start != start).flatten(1).any(dim=1).nonzero()[:3, 0].tolist():
        recipe = replace(ONCE, steps=int(again.steps_taken[row]) % RENEWAL or RENEWAL)
        target, generator = torch.tensor([0]), torch.Generator()
        alone = maximise(again.start[[row]], target, [Plain().eval()], None, recipe, [generator])
        assert torch.equal(alone.features[0], again.features[row])


def test_it_begins_again_as_often_as_there_is_time_for():
    deaf = replace(AGAIN, assurance=50.0)
    start, found = search(deaf)

    generators = [torch.Generator().manual_seed(row) for row in range(SAMPLES)]
    starts = [noise_start((MELS, FRAMES), deaf, generators) for _ in range(3)]

    begun = [(found.start == each).flatten(1).all(dim=1) for each in starts]
    assert torch.equal(starts[0], start)
    assert torch.equal(found.starts_taken, sum(number * each for number, each in enumerate(begun, start=1)))
    assert [int(each.sum()) >= 3 for each in begun] == [True, True, True]


def test_a_search_from_a_recording_keeps_to_its_recording():
    start, found = search(AGAIN, from_noise=False)

    assert torch.equal(found.start, start)


def test_one_classifier_that_takes_it_is_enough_to_go_on():
    start, found = search(AGAIN, others=[Content().eval()])

    assert torch.equal(found.start, start)


def test_samples_that_begin_again_are_the_same_whoever_shares_their_batch():
    _, together = search(AGAIN)

    _, apart = search(AGAIN, rows=range(STEADY + 1))

    assert torch.equal(apart.features, together.features[: STEADY + 1])
    assert torch.equal(apart.steps_taken, together.steps_taken[: STEADY + 1])


def test_a_recipe_that_never_knows_when_it_is_done_is_refused():
    with pytest.raises(ValueError, match="set patience"):
        replace(AGAIN, patience=None)
