"""Vocos: a network that gives spectra, its training, and the vocoder."""

import pytest
import torch

from generation.engine.checkpoints import LoadedNetwork, load_checkpoint, save_checkpoint
from generation.engine.features import FEATURES, linear_magnitude, log_mel
from generation.engine.networks import build
from generation.engine.networks.vocos import Vocos, VocosConfig
from generation.engine.training.loop import TrainingDiverged
from generation.engine.training.vocoders import VocoderCannotBeTrained, train_vocoder
from generation.engine.training.vocos import VocosTraining, spectral_distance, train_vocos, vocos_config
from generation.engine.vocoder import FeaturesDoNotFit, load_vocoder
from generation.engine.vocoders.vocos import VocosCheckpointIsMissing
from tests.generation.engine.small_corpus import SHORT, buzzing_features

CPU = torch.device("cpu")
SMALL = VocosConfig(channels=16, inner_channels=32, blocks=2)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return buzzing_features(tmp_path_factory.mktemp("vocos"))


def train(corpus, steps, seed=1, **options):
    training = VocosTraining(batch=4, segment_frames=16, rate=0.01)
    return train_vocos(corpus, steps=steps, seed=seed, device=CPU, config=SMALL, training=training, **options)


def checkpoint_for(config):
    torch.manual_seed(1)
    return LoadedNetwork(Vocos(vocos_config(config)), {"features": config.as_dict()}, "vocos", "ab12")


@pytest.mark.parametrize("slug", FEATURES)
def test_the_waveform_has_the_configurations_length(slug):
    config = FEATURES[slug]
    features = torch.rand(2, config.n_mels, config.n_frames, generator=torch.Generator().manual_seed(1))

    waveform = load_vocoder("vocos", config, checkpoint_for(config), CPU)(features, seeds=[1, 2])

    assert waveform.shape == (2, config.n_samples)
    assert waveform.isfinite().all()


def test_training_brings_the_spectra_nearer_to_the_recordings(corpus):
    untrained, trained = train(corpus, 1).card, train(corpus, 60).card

    assert trained["spectral_distance"]["validation"] < 0.8 * untrained["spectral_distance"]["validation"]
    assert trained["losses"][-1] < 0.8 * trained["losses"][0]


def test_the_seed_decides_the_weights(corpus):
    first, second, other = (train(corpus, 2, seed).network.state_dict() for seed in (1, 1, 2))

    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["input.weight"], other["input.weight"])


def test_a_trained_vocos_survives_being_kept(corpus, tmp_path):
    trained = train(corpus, 2)

    loaded = load_checkpoint(save_checkpoint(trained, tmp_path, "speaker").path, device=CPU)

    features = corpus.features[:1].clone()
    magnitude = linear_magnitude(features, corpus.config)
    assert torch.equal(loaded.network(features, magnitude), trained.network(features, magnitude))


def test_a_loss_that_is_no_number_ends_the_training(corpus):
    broken = torch.full_like(corpus.features, float("inf"))

    with pytest.raises(TrainingDiverged, match="at step 0, at the learning rate"):
        train(type(corpus)(**{**vars(corpus), "features": broken}), 3)


def test_a_clip_sounds_the_same_alone_and_among_others(corpus):
    vocoder = load_vocoder("vocos", corpus.config, checkpoint_for(corpus.config), CPU)

    together, alone = vocoder(corpus.features[:3], seeds=[1, 2, 3]), vocoder(corpus.features[1:2], seeds=[9])

    torch.testing.assert_close(together[1], alone[0], atol=1e-6, rtol=0)


def test_what_it_says_has_the_features_it_was_told(corpus):
    features = corpus.features[:4].clone()
    trained = LoadedNetwork(train(corpus, 60).network, {"features": corpus.config.as_dict()}, "vocos", "ab12")

    waveform = load_vocoder("vocos", corpus.config, trained, CPU)(features, seeds=[1] * 4)

    heard = features > 0.1
    difference = (log_mel(waveform, corpus.config) - features)[heard].abs().mean() * corpus.config.range_db
    assert difference < 4  # dB


def test_spectra_of_the_same_sound_have_no_distance():
    sound = torch.randn(2, 4000, generator=torch.Generator().manual_seed(1))

    assert spectral_distance(sound, sound) == 0
    assert spectral_distance(sound, 0.5 * sound) > 0.1


def test_a_vocoder_without_a_checkpoint_is_refused():
    with pytest.raises(VocosCheckpointIsMissing, match="train one"):
        load_vocoder("vocos", SHORT, None, CPU)


def test_features_of_another_configuration_are_refused():
    with pytest.raises(FeaturesDoNotFit, match=r"was trained on the features .*16000"):
        load_vocoder("vocos", SHORT, checkpoint_for(FEATURES["wideband"]), CPU)


def test_settings_build_the_same_network_again():
    assert build("vocos", Vocos(SMALL).settings).config == SMALL


@pytest.mark.parametrize(
    ("slug", "asked", "message"),
    [
        ("vocos", {"steps": 0}, "needs steps, 1 or more"),
        ("vocos", {"steps": 1, "size": "small"}, "vocos has no setting size"),
        ("organ", {"steps": 1}, "no training of organ: choose one of wavenet, vocos"),
    ],
)
def test_trainings_that_cannot_be_are_refused(corpus, slug, asked, message):
    with pytest.raises(VocoderCannotBeTrained, match=message):
        train_vocoder(slug, corpus, asked, seed=1, device=CPU)
