"""Vocoders: features in, sound out."""

import pytest
import torch

from generation.engine.checkpoints import LoadedNetwork
from generation.engine.features import FEATURES, log_mel
from generation.engine.networks.wavenet import WaveNet, WaveNetConfig
from generation.engine.vocoder import FeaturesDoNotFit, VocoderIsUnknown, load_vocoder
from generation.engine.vocoders.wavenet import WaveNetCheckpointIsMissing
from tests.generation.engine.small_corpus import SHORT

CPU = torch.device("cpu")


def voiced_sounds():
    """Make two buzzes of falling pitch [2, N], which have harmonics as voices do."""
    time = torch.arange(SHORT.n_samples) / SHORT.sample_rate
    phases = [6.28318 * (pitch * time - 20 * time**2) for pitch in (120, 200)]
    harmonics = [sum(torch.sin(k * phase) / k for k in range(1, 12)) for phase in phases]
    return 0.2 * torch.stack(harmonics) * torch.hann_window(SHORT.n_samples)


def small_wavenet(config=SHORT):
    torch.manual_seed(1)
    network = WaveNet(
        WaveNetConfig(layers=2, residual_channels=4, gated_channels=4, skip_channels=4, condition_channels=4)
    )
    return LoadedNetwork(network, {"features": config.as_dict()}, "wavenet", "ab12")


@pytest.mark.parametrize("slug", ["paper", "wideband", "narrowband"])
def test_griffin_lim_gives_a_waveform_of_the_configurations_length(slug):
    config = FEATURES[slug]
    features = torch.rand(2, config.n_mels, config.n_frames, generator=torch.Generator().manual_seed(1))

    waveform = load_vocoder("griffin_lim", config, None, CPU)(features, seeds=[1, 2])

    assert waveform.shape == (2, config.n_samples)
    assert waveform.isfinite().all()


def test_griffin_lims_waveform_has_the_features_it_was_made_from():
    features = log_mel(voiced_sounds(), SHORT)

    waveform = load_vocoder("griffin_lim", SHORT, None, CPU)(features, seeds=[1, 2])

    heard = features > 0.1
    difference = (log_mel(waveform, SHORT) - features)[heard].abs().mean() * SHORT.range_db
    assert difference < 2.5  # dB


def test_griffin_lim_gives_the_same_waveform_for_a_clip_alone_and_among_others():
    features = log_mel(voiced_sounds(), SHORT)
    vocoder = load_vocoder("griffin_lim", SHORT, None, CPU)

    together, alone = vocoder(features, seeds=[1, 2]), vocoder(features[1:], seeds=[9])

    assert torch.allclose(together[1], alone[0], atol=1e-6)


@pytest.mark.parametrize("slug", ["griffin_lim", "wavenet"])
def test_features_of_another_shape_are_refused(slug):
    vocoder = load_vocoder(slug, SHORT, small_wavenet(), CPU)

    with pytest.raises(FeaturesDoNotFit, match=r"\(1, 40, 90\) do not fit .* 80 mel bands, 36 frames"):
        vocoder(torch.zeros(1, 40, 90), seeds=[1])


def test_a_wavenet_refuses_features_of_another_configuration_than_it_was_trained_on():
    with pytest.raises(FeaturesDoNotFit, match=r"was trained on the features .*16000"):
        load_vocoder("wavenet", SHORT, small_wavenet(FEATURES["wideband"]), CPU)


def test_a_wavenet_without_a_checkpoint_is_refused():
    with pytest.raises(WaveNetCheckpointIsMissing, match="train one"):
        load_vocoder("wavenet", SHORT, None, CPU)


def test_a_vocoder_that_is_not_in_the_catalogue_is_refused():
    with pytest.raises(VocoderIsUnknown, match="griffin_lim, vocos, wavenet"):
        load_vocoder("organ", SHORT, None, CPU)


def test_a_wavenets_clip_is_decided_by_its_seed():
    features = log_mel(voiced_sounds(), SHORT)[:1].expand(3, -1, -1)
    vocoder = load_vocoder("wavenet", SHORT, small_wavenet(), CPU)

    waveform = vocoder(features, seeds=[5, 6, 5])

    assert waveform.shape == (3, SHORT.n_samples)
    assert torch.equal(waveform[0], waveform[2])
    assert not torch.equal(waveform[0], waveform[1])
    assert vocoder.settings["checkpoint_sha256"] == "ab12"


def test_loading_a_wavenet_vocoder_leaves_the_checkpoints_network_as_it_is():
    checkpoint = small_wavenet()

    load_vocoder("wavenet", SHORT, checkpoint, CPU)

    assert checkpoint.network.output.weight.dtype == torch.float32
