"""WaveNet: causal, conditioned on the features, and sampled with cached state as if computed anew each time."""

import pytest
import torch

from generation.engine.networks import build
from generation.engine.networks.wavenet import (
    CLASSES,
    WaveNet,
    WaveNetConfig,
    waveform_to_classes,
)
from generation.engine.vocoders.wavenet import TEMPERATURE, SamplingState, sample_classes, uniform_draws

SMALL = WaveNetConfig(
    n_mels=6, hop_size=10, layers=4, stacks=2, residual_channels=8, skip_channels=8, condition_channels=8,
    kernel_size=3, first_kernel_size=4,
)  # fmt: skip
FRAMES = 8


@pytest.fixture
def network():
    torch.manual_seed(3)
    return WaveNet(SMALL).double().eval()


@pytest.fixture
def features():
    return torch.rand(3, SMALL.n_mels, FRAMES, dtype=torch.float64, generator=torch.Generator().manual_seed(4))


def random_classes(batch, samples):
    return torch.randint(CLASSES, (batch, samples), generator=torch.Generator().manual_seed(5))


def test_a_waveform_is_scored_class_by_class(network, features):
    scores = network(random_classes(3, 73), features)

    assert scores.shape == (3, CLASSES, 73)


def test_a_class_is_scored_from_those_before_it_alone(network, features):
    classes = random_classes(3, 80)
    changed = classes.clone()
    changed[:, 50:] = 255 - changed[:, 50:]

    with torch.no_grad():
        before, after = network(classes, features), network(changed, features)

    assert torch.equal(before[..., :51], after[..., :51])
    assert not torch.allclose(before[..., 51], after[..., 51])


def test_no_class_is_scored_from_further_back_than_the_receptive_field(network, features):
    classes = random_classes(3, 80)
    changed = classes.clone()
    changed[:, 0] = 255 - changed[:, 0]

    with torch.no_grad():
        differs = (network(classes, features) - network(changed, features)).abs().amax(dim=(0, 1)) > 1e-12

    assert network.receptive_field == 4 + 2 * (1 + 2 + 1 + 2)
    assert differs.nonzero().max() == network.receptive_field


def test_the_features_decide_the_scores(network, features):
    classes = random_classes(3, 80)

    with torch.no_grad():
        assert not torch.allclose(network(classes, features), network(classes, 1 - features))


def test_sampling_with_cached_state_gives_the_parallel_passs_scores(network, features):
    classes = random_classes(3, 80)
    state = SamplingState(network, features)
    steps = []
    with torch.inference_mode():
        for position in range(80):
            steps.append(state.logits(position))
            state.append(classes[:, position, None])

        parallel = network(classes, features)

    cached = torch.stack(steps, dim=2)
    assert torch.allclose(cached, parallel, atol=1e-10)
    assert torch.equal(cached.argmax(dim=1), parallel.argmax(dim=1))


def test_sampling_draws_each_class_where_the_draw_falls_in_its_distribution(network, features):
    draws = torch.stack([uniform_draws(seed, 80) for seed in range(3)])

    with torch.inference_mode():
        classes = sample_classes(network, features, draws)
        cumulative = (network(classes, features) / TEMPERATURE).softmax(dim=1).cumsum(dim=1)

    redrawn = (cumulative < draws[:, None]).sum(dim=1)
    assert torch.equal(classes, redrawn)


def test_a_clip_sounds_the_same_alone_and_among_others(network, features):
    draws = torch.stack([uniform_draws(seed, 80) for seed in (7, 8, 9)])

    with torch.inference_mode():
        together = sample_classes(network, features, draws)
        alone = sample_classes(network, features[1:2], draws[1:2])

    assert torch.equal(together[1], alone[0])


def test_pre_emphasis_turns_a_constant_into_nearly_nothing():
    classes = waveform_to_classes(torch.full((1, 10), 0.5), pre_emphasis=1.0)

    assert classes[0, 1:].tolist() == [128] * 9


def test_layers_that_do_not_divide_into_stacks_are_refused():
    with pytest.raises(ValueError, match="7 layers do not divide into 2 stacks"):
        WaveNetConfig(layers=7, stacks=2)


def test_a_checkpoints_settings_build_the_same_network_again(network):
    again = build("wavenet", network.settings)

    assert again.config == SMALL
