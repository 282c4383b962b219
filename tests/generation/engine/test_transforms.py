"""How features are disturbed before they are classified."""

import pytest
import torch

from generation.engine.maximisation.transform import (
    TransformIsUnknown,
    disturb,
    draw_numbers,
    transform_as_data,
    transform_from_data,
)
from generation.engine.maximisation.transforms.gain import Gain
from generation.engine.maximisation.transforms.jitter import Jitter
from generation.engine.maximisation.transforms.lift import Lift
from generation.engine.maximisation.transforms.masking import Masking
from generation.engine.maximisation.transforms.noise import Noise

CPU = torch.device("cpu")
ALL = (Jitter(3, 2), Masking(4, 3), Gain(0.2), Lift(0.2), Noise(0.1))


def generators(seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def numbers(transforms, seeds, steps=1):
    return draw_numbers(transforms, steps, generators(seeds), CPU)


@pytest.mark.parametrize("transform", ALL, ids=lambda each: type(each).__name__)
def test_a_sample_is_disturbed_the_same_alone_and_among_others(transform):
    features = torch.rand(5, 8, 12)

    together = disturb(features, [transform], numbers([transform], range(5))[0])
    alone = disturb(features[3:4], [transform], numbers([transform], [3])[0])

    assert torch.equal(together[3], alone[0])
    assert not torch.equal(together[3], features[3])


@pytest.mark.parametrize("transform", ALL, ids=lambda each: type(each).__name__)
def test_a_gradient_goes_back_through_every_disturbance(transform):
    features = torch.rand(5, 8, 12) + 0.5
    weights = torch.rand(5, 8, 12)
    own = numbers([transform], range(5))[0]
    features.requires_grad_()

    (gradient,) = torch.autograd.grad((disturb(features, [transform], own) * weights).sum(), features)

    moved = features.detach() + 1e-2 * torch.ones_like(features)
    gained = ((disturb(moved, [transform], own) - disturb(features, [transform], own)) * weights).sum()
    assert gained.item() == pytest.approx(1e-2 * gradient.sum().item(), rel=0.02)


def test_jitter_shifts_by_whole_frames_and_bands_and_fills_with_silence():
    features = torch.zeros(1, 7, 9)
    features[0, 3, 4] = 1.0

    places = set()
    for seed in range(300):
        (_, band, frame), *further = disturb(features, [Jitter(2, 1)], numbers([Jitter(2, 1)], [seed])[0]).nonzero()
        places.add((int(band), int(frame)))
        assert not further

    assert places == {(band, frame) for band in (2, 3, 4) for frame in (2, 3, 4, 5, 6)}


def test_masking_silences_one_stripe_of_time_and_one_of_bands():
    features = torch.ones(200, 10, 12)

    masked = disturb(features, [Masking(frames=4, bands=3)], numbers([Masking(4, 3)], range(200))[0])

    silent_frames, silent_bands = (masked.amax(dim=axis) == 0 for axis in (1, 2))
    assert set(silent_frames.sum(dim=1).tolist()) == {0, 1, 2, 3, 4}
    assert set(silent_bands.sum(dim=1).tolist()) == {0, 1, 2, 3}
    assert silent_frames.any(dim=0).all()
    assert silent_bands.any(dim=0).all()
    edges = silent_frames.int().diff(dim=1).abs().sum(dim=1)
    assert edges.max() <= 2


def test_gain_changes_what_sounds_and_leaves_silence_silent():
    features = torch.full((300, 2, 2), 0.5)
    features[:, 0] = 0.0

    changed = disturb(features, [Gain(0.2)], numbers([Gain(0.2)], range(300))[0])

    assert changed[:, 0].abs().max() == 0
    assert 0.3 <= changed[:, 1].min() < 0.32
    assert 0.68 < changed[:, 1].max() <= 0.7


def test_lift_raises_what_sounds_and_silence_alike():
    features = torch.full((300, 2, 2), 0.5)
    features[:, 0] = 0.0

    raised = disturb(features, [Lift(0.2)], numbers([Lift(0.2)], range(300))[0]) - features

    assert torch.allclose(raised, raised[:, :1, :1].expand_as(raised), atol=1e-6)
    assert 0.0 <= raised.min() < 0.01
    assert 0.19 < raised.max() <= 0.2


def test_noise_is_normal_and_another_for_each_sample_and_step():
    drawn = numbers([Noise(0.1)], range(4), steps=3)

    added = torch.stack([disturb(torch.zeros(4, 40, 50), [Noise(0.1)], own) for own in drawn]).flatten(2)

    assert added.mean().abs() < 0.003
    assert added.std().item() == pytest.approx(0.1, rel=0.03)
    correlation = torch.corrcoef(added.flatten(0, 1)) - torch.eye(12)
    assert correlation.abs().max() < 0.1


def test_nothing_is_drawn_where_nothing_is_disturbed():
    own = generators([1])
    before = own[0].get_state()

    drawn = draw_numbers((), 20, own, CPU)

    assert drawn.shape == (20, 1, 0)
    assert torch.equal(own[0].get_state(), before)


@pytest.mark.parametrize("transform", ALL, ids=lambda each: type(each).__name__)
def test_a_transform_survives_being_written_down(transform):
    assert transform_from_data(transform_as_data(transform)) == transform


def test_an_unknown_transform_names_those_there_are():
    with pytest.raises(TransformIsUnknown, match="'echo': choose one of jitter, masking, gain, lift, noise"):
        transform_from_data({"name": "echo"})
    with pytest.raises(TransformIsUnknown, match="'gain' cannot be made of"):
        transform_from_data({"name": "gain", "loud": 1})
