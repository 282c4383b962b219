"""Features: what they are, what they keep, and what they refuse."""

import math

import numpy
import pytest
import torch

from generation.catalogue import FEATURES as CATALOGUE
from generation.engine.features import (
    FEATURES,
    FeatureConfig,
    FeatureConfigIsIncomplete,
    FeaturesAreUnknown,
    SilentRecording,
    WaveformIsNotFinite,
    feature_config,
    fit_length,
    linear_magnitude,
    log_mel,
    standardise,
)

configurations = pytest.mark.parametrize("slug", list(FEATURES))


def chirp(config, seconds=0.6, loudness=0.5):
    """A tone that rises through the speech range, fading in and out."""
    time = numpy.arange(int(seconds * config.sample_rate)) / config.sample_rate
    phase = 2 * numpy.pi * (200 * time + 1500 * time**2)
    return torch.tensor(loudness * numpy.sin(phase) * numpy.hanning(len(time)), dtype=torch.float32)


def slaney_mel(hertz):
    """Hertz to mel as in Slaney's Auditory Toolbox: linear below 1 kHz, logarithmic above."""
    return hertz * 3 / 200 if hertz < 1000 else 15 + 27 * math.log(hertz / 1000) / math.log(6.4)


def slaney_hertz(mel):
    return mel * 200 / 3 if mel < 15 else 1000 * 6.4 ** ((mel - 15) / 27)


def slow_log_mel(waveform, config):
    """The features of one waveform [n_samples], frame by frame and band by band."""
    window = 0.5 - 0.5 * numpy.cos(2 * numpy.pi * numpy.arange(config.window_size) / config.window_size)
    start = (config.fft_size - config.window_size) // 2
    padded = numpy.pad(waveform * 0.999 / numpy.abs(waveform).max(), config.fft_size // 2, mode="reflect")
    edges = [
        slaney_hertz(mel)
        for mel in numpy.linspace(slaney_mel(config.f_min), slaney_mel(config.f_max), config.n_mels + 2)
    ]
    frequencies = numpy.arange(config.fft_size // 2 + 1) * config.sample_rate / config.fft_size
    features = numpy.zeros((config.n_mels, config.n_frames))
    for frame in range(config.n_frames):
        block = padded[frame * config.hop_size + start :][: config.window_size] * window
        magnitude = numpy.abs(numpy.fft.rfft(block, config.fft_size))
        for band in range(config.n_mels):
            low, centre, high = edges[band : band + 3]
            rising = (frequencies - low) / (centre - low)
            falling = (high - frequencies) / (high - centre)
            triangle = numpy.clip(numpy.minimum(rising, falling), 0, None) * 2 / (high - low)
            decibels = 20 * numpy.log10(max(1e-5, (triangle * magnitude).sum())) - 20
            features[band, frame] = min(1, max(0, (decibels - config.floor_db) / config.range_db))
    return features


@configurations
def test_features_are_what_the_slow_and_clear_computation_gives(slug):
    config = FEATURES[slug]
    waveform = fit_length(chirp(config)[None], config)

    features = log_mel(waveform, config)

    assert features.shape == (1, config.n_mels, config.n_frames)
    assert numpy.abs(features[0].numpy() - slow_log_mel(waveform[0].numpy().astype(float), config)).max() < 2e-3


def test_the_catalogue_and_the_engine_know_the_same_features():
    assert list(FEATURES) == list(CATALOGUE)


@configurations
def test_every_mel_band_covers_some_frequencies(slug):
    config = FEATURES[slug]
    noise = torch.randn(1, config.n_samples, generator=torch.Generator().manual_seed(1))

    features = log_mel(noise, config)

    assert (features.mean(dim=2) > 0.1).all()


@configurations
def test_a_spectrogram_comes_back_from_its_features(slug):
    config = FEATURES[slug]
    waveform = standardise(chirp(config)[None], config)
    window = torch.hann_window(config.window_size)
    spectrum = torch.stft(
        waveform, config.fft_size, config.hop_size, config.window_size, window, return_complex=True
    ).abs()
    features = log_mel(waveform, config)

    found = linear_magnitude(features, config)

    assert found.shape == spectrum.shape
    assert (found >= 0).all()
    heard = features > 0.3
    again = features_of_magnitude(found, config)
    assert ((again - features)[heard].abs() * config.range_db).mean() < 1.0


def features_of_magnitude(magnitude, config):
    """Band the magnitudes [B, F, T] as `log_mel` does."""
    from generation.engine.features import filter_bank

    decibels = 20 * (filter_bank(config, magnitude.device) @ magnitude).clamp(min=1e-5).log10() - 20
    return ((decibels - config.floor_db) / config.range_db).clamp(0, 1)


def test_gradients_pass_through_features_computed_after_inference():
    config = FEATURES["narrowband"]
    with torch.inference_mode():
        log_mel(chirp(config)[None], config)
    waveform = chirp(config)[None].requires_grad_()

    log_mel(waveform, config).sum().backward()

    assert waveform.grad.abs().sum() > 0


def test_the_same_sound_has_the_same_features_however_loud():
    config = FEATURES["narrowband"]

    loud, soft = log_mel(torch.stack([chirp(config), chirp(config, loudness=0.01)]), config)

    assert torch.allclose(loud, soft, atol=1e-3)


def test_a_short_recording_is_padded_at_its_end():
    config = FEATURES["narrowband"]
    waveform = torch.ones(1, 100)

    fitted = fit_length(waveform, config)

    assert fitted.shape == (1, config.n_samples)
    assert fitted[0, :100].eq(1).all()
    assert fitted[0, 100:].eq(0).all()


def test_the_word_is_found_in_a_30_second_recording():
    config = FEATURES["narrowband"]
    word = chirp(config)
    generator = torch.Generator().manual_seed(2)
    recording = torch.randn(2, 30 * config.sample_rate, generator=generator) * 1e-4
    recording[0, 100_000 : 100_000 + len(word)] += word
    recording[1, -len(word) :] += word

    fitted = fit_length(recording, config)

    assert fitted.shape == (2, config.n_samples)
    assert fitted.square().sum(dim=1).tolist() == pytest.approx([float(word.square().sum())] * 2, rel=0.01)


def test_a_silent_waveform_is_refused_by_its_number():
    config = FEATURES["narrowband"]
    waveforms = torch.stack([chirp(config), torch.zeros(len(chirp(config)))])

    with pytest.raises(SilentRecording, match="Waveform 1 of 2 is silent"):
        log_mel(waveforms, config)


def test_a_waveform_that_is_not_finite_is_refused_by_its_number():
    config = FEATURES["narrowband"]
    waveforms = chirp(config)[None].clone()
    waveforms[0, 7] = math.nan

    with pytest.raises(WaveformIsNotFinite, match="Waveform 0 of 1"):
        log_mel(waveforms, config)


def test_a_configuration_survives_a_card():
    config = FEATURES["wideband"]

    assert FeatureConfig.from_dict(config.as_dict()) == config


def test_an_incomplete_configuration_says_what_is_missing():
    with pytest.raises(FeatureConfigIsIncomplete, match=r"missing: \['hop_size'\], unknown: \['hop'\]"):
        FeatureConfig.from_dict({("hop" if name == "hop_size" else name): 1 for name in FEATURES["paper"].as_dict()})


def test_unknown_features_are_refused_with_those_there_are():
    with pytest.raises(FeaturesAreUnknown, match="paper, wideband, narrowband"):
        feature_config("ultrawide")
