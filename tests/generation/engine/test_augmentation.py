"""Variations of features: what they do, and that the generator decides them."""

import pytest
import torch

from generation.engine.features import FEATURES
from generation.engine.training.augmentation import amplify, augment, resample
from generation.engine.training.recipes import Augmentation

CONFIG = FEATURES["narrowband"]
ALL = Augmentation(shift_frames=5, stretch=0.1, bend=0.1, gain_db=6.0, masks=2, mask_bands=10, mask_frames=12)


@pytest.fixture
def features():
    return torch.rand(6, 80, 90, generator=torch.Generator().manual_seed(1)) * 0.5 + 0.2


def vary(features, augmentation, seed=7):
    return augment(features, augmentation, CONFIG, torch.Generator().manual_seed(seed))


def test_no_augmentation_changes_nothing(features):
    assert torch.equal(vary(features, Augmentation()), features)


def test_the_generator_decides_the_variation(features):
    assert torch.equal(vary(features, ALL), vary(features, ALL))
    assert not torch.equal(vary(features, ALL), vary(features, ALL, seed=8))


def test_a_shift_moves_each_sample_and_fills_with_silence():
    features = torch.arange(1.0, 6.0).expand(400, 2, 5)

    moved = vary(features, Augmentation(shift_frames=2))

    assert {tuple(sample) for sample in moved[:, 0].tolist()} == {
        (3, 4, 5, 0, 0),
        (2, 3, 4, 5, 0),
        (1, 2, 3, 4, 5),
        (0, 1, 2, 3, 4),
        (0, 0, 1, 2, 3),
    }


def test_cells_are_read_between_their_neighbours_along_either_axis():
    features = torch.tensor([[0.0, 0.2, 0.4], [0.4, 0.6, 0.8]])[None]

    in_time = resample(features, torch.tensor([[0.5, 1.75, 2.5]]), axis=2)
    in_frequency = resample(features, torch.tensor([[0.25, -0.1]]), axis=1)

    assert in_time[0].flatten().tolist() == pytest.approx([0.1, 0.35, 0.0, 0.5, 0.75, 0.0])
    assert in_frequency[0].flatten().tolist() == pytest.approx([0.1, 0.3, 0.5, 0.0, 0.0, 0.0])


@pytest.mark.parametrize(("augmentation", "axis"), [(Augmentation(stretch=0.2), 2), (Augmentation(bend=0.2), 1)])
def test_stretching_and_bending_move_what_lies_far_from_the_origin_most(augmentation, axis):
    places = torch.linspace(0.0, 1.0, 90).expand(300, 80, 90)
    features = places if axis == 2 else torch.linspace(0.0, 1.0, 80)[None, :, None].expand(300, 80, 90)

    moved = vary(features, augmentation).select(axis, 40)[:, 5]

    share = moved / features.select(axis, 40)[0, 5]
    assert share.min() == pytest.approx(0.8, abs=0.02)
    assert share.max() == pytest.approx(1.2, abs=0.02)


def test_a_gain_leaves_silence_silent_and_the_range_whole():
    features = torch.tensor([0.0, 0.2, 0.95]).expand(2, 1, 3)

    louder, softer = amplify(features, torch.tensor([0.1, -0.3]))

    assert louder[0].tolist() == pytest.approx([0.0, 0.3, 1.0])
    assert softer[0].tolist() == pytest.approx([0.0, 0.0, 0.65])


def test_gains_reach_as_many_decibels_as_asked_for():
    features = torch.full((400, 1, 1), 0.5)

    gains = (vary(features, Augmentation(gain_db=5.5)) - 0.5) * CONFIG.range_db

    assert gains.abs().max() <= 5.5 + 1e-4
    assert gains.min() < -5 < 5 < gains.max()


def test_masks_blank_whole_stripes(features):
    blanked = vary(features, Augmentation(masks=1, mask_bands=10, mask_frames=12)) == 0

    bands, frames = blanked.all(dim=2).sum(dim=1), blanked.all(dim=1).sum(dim=1)
    assert bands.max() <= 10
    assert frames.max() <= 12
    assert torch.equal(blanked, blanked.all(dim=2, keepdim=True) | blanked.all(dim=1, keepdim=True))
    assert (bands + frames).sum() > 0
