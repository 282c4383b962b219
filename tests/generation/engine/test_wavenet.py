"""WaveNet: causal, conditioned on the features, and sampled with cached state as if computed anew each time."""

from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from generation.engine.features import FEATURES
from generation.engine.linear_prediction import Prediction, remainders
from generation.engine.networks import build
from generation.engine.networks.wavenet import WaveNet, WaveNetConfig
from generation.engine.training.wavenet import SIZES, SizeIsUnknown, wavenet_config
from generation.engine.vocoders.wavenet import SamplingState, sample, uniform_draws

SMALL = WaveNetConfig(
    n_mels=6, hop_size=10, prediction_order=5, mixtures=3, layers=4, stacks=2, residual_channels=8, gated_channels=6,
    skip_channels=8, condition_channels=8, kernel_size=3, first_kernel_size=4,
)  # fmt: skip
FRAMES = 8
SAMPLES = 80
CONFIGS = {
    "predicted mixture": SMALL,
    "predicted classes": replace(SMALL, output="mu_law"),
    "plain mixture": replace(SMALL, prediction_order=0),
    "plain classes": replace(SMALL, prediction_order=0, output="mu_law"),
}


def network_of(config):
    torch.manual_seed(3)
    return WaveNet(config).double().eval()


@pytest.fixture(params=CONFIGS.values(), ids=CONFIGS.keys())
def network(request):
    return network_of(request.param)


@pytest.fixture
def features():
    return torch.rand(3, SMALL.n_mels, FRAMES, dtype=torch.float64, generator=torch.Generator().manual_seed(4))


def foretold(network):
    """Make a prediction of changing coefficients, small enough to be stable, and gains."""
    generator = torch.Generator().manual_seed(6)
    order = network.config.prediction_order
    coefficients = torch.rand(3, FRAMES, order, dtype=torch.float64, generator=generator) / 6
    return Prediction(coefficients, 0.1 + torch.rand(3, FRAMES, dtype=torch.float64, generator=generator))


def noise():
    return torch.randn(3, SAMPLES, dtype=torch.float64, generator=torch.Generator().manual_seed(5))


def scored(network, waveform, features):
    """Give the parameters at each sample of a waveform, in one parallel pass."""
    past = functional.pad(waveform, (network.config.prediction_order, 0))
    inputs, _ = remainders(past, waveform, foretold(network))
    with torch.no_grad():
        return network(inputs, network.condition(features))


def test_each_sample_gets_the_parameters_of_its_distribution(network, features):
    assert scored(network, noise(), features).shape == (3, network.config.distribution.n_parameters, SAMPLES)


def test_a_sample_is_foretold_from_those_before_it_alone(network, features):
    changed = noise()
    changed[:, 50:] += 1.0

    before, after = scored(network, noise(), features), scored(network, changed, features)

    assert torch.equal(before[..., :51], after[..., :51])
    assert not torch.allclose(before[..., 51], after[..., 51])


def test_without_prediction_no_sample_matters_beyond_the_receptive_field(features):
    network = network_of(replace(SMALL, prediction_order=0))
    changed = noise()
    changed[:, 0] += 1.0

    differs = (scored(network, noise(), features) - scored(network, changed, features)).abs().amax(dim=(0, 1)) > 1e-12

    assert network.config.receptive_field == 4 + 2 * (1 + 2 + 1 + 2)
    assert differs.nonzero().max() == network.config.receptive_field


def test_the_features_decide_the_distributions(network, features):
    assert not torch.allclose(scored(network, noise(), features), scored(network, noise(), 1 - features))


def test_sampling_with_cached_state_gives_the_parallel_passs_parameters(network, features):
    waveform, ahead = noise(), foretold(network)
    _, left = remainders(functional.pad(waveform, (network.config.prediction_order, 0)), waveform, ahead)
    steps = []
    with torch.inference_mode():
        state = SamplingState(network, features, ahead, torch.zeros_like(waveform))
        for position in range(SAMPLES):
            steps.append(state.parameters())
            state.append(left[:, position])

    torch.testing.assert_close(torch.stack(steps, dim=2), scored(network, waveform, features), atol=1e-10, rtol=0)
    torch.testing.assert_close(state.waveform.t(), waveform, atol=1e-10, rtol=0)


def test_sampling_draws_what_the_parallel_pass_would_draw(network, features):
    draws, ahead = torch.stack([uniform_draws(seed, SAMPLES) for seed in range(3)]), foretold(network)
    distribution = network.config.distribution

    with torch.inference_mode():
        waveform = sample(network, features, ahead, draws)

    parameters = scored(network, waveform, features)
    _, left = remainders(functional.pad(waveform, (network.config.prediction_order, 0)), waveform, ahead)
    redrawn = [distribution.draw(parameters[..., at], draws[:, at], 1.0) for at in range(SAMPLES)]
    torch.testing.assert_close(torch.stack(redrawn, dim=1), left, atol=1e-8, rtol=0)


def test_a_clip_sounds_the_same_alone_and_among_others(network, features):
    draws, ahead = torch.stack([uniform_draws(seed, SAMPLES) for seed in (7, 8, 9)]), foretold(network)

    with torch.inference_mode():
        together = sample(network, features, ahead, draws)
        alone = sample(network, features[1:2], ahead[1:2], draws[1:2])

    torch.testing.assert_close(together[1], alone[0], atol=1e-10, rtol=0)


def test_layers_that_do_not_divide_into_stacks_are_refused():
    with pytest.raises(ValueError, match="7 layers do not divide into 2 stacks"):
        WaveNetConfig(layers=7, stacks=2)


def test_pre_emphasis_beside_a_prediction_is_refused():
    with pytest.raises(ValueError, match="set pre_emphasis or prediction_order"):
        WaveNetConfig(prediction_order=4, pre_emphasis=0.9)


def test_an_output_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="choose mu_law or logistic_mixture"):
        WaveNetConfig(output="flow")


def test_a_checkpoints_settings_build_the_same_network_again(network):
    assert build("wavenet", network.settings).config == network.config


@pytest.mark.parametrize("size", SIZES)
def test_every_size_fits_every_definition_of_features(size):
    for features in FEATURES.values():
        config = wavenet_config(features, size)

        assert (config.n_mels, config.hop_size) == (features.n_mels, features.hop_size)


def test_the_papers_wavenet_has_its_layers_and_receptive_field():
    config = wavenet_config(FEATURES["paper"], "paper")

    assert (config.layers, config.residual_channels, config.receptive_field) == (24, 512, 505)
    assert config.dilations[:7] == (1, 2, 4, 8, 16, 32, 1)


def test_a_size_that_does_not_exist_is_refused():
    with pytest.raises(SizeIsUnknown, match="'huge': choose one of small"):
        wavenet_config(FEATURES["paper"], "huge")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_on_a_gpu_the_captured_step_draws_what_the_processor_draws(network, features):
    draws, ahead = torch.stack([uniform_draws(seed, SAMPLES) for seed in range(3)]), foretold(network)

    with torch.inference_mode():
        here = sample(network, features, ahead, draws)
        moved = Prediction(ahead.coefficients.cuda(), ahead.gain.cuda())
        there = sample(network.cuda(), features.cuda(), moved, draws.cuda()).cpu()

    torch.testing.assert_close(there, here, atol=1e-6, rtol=0)
