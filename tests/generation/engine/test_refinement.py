"""Drawing a waveform to its features."""

import torch

from generation.engine.distances import log_mel_distance
from generation.engine.features import FEATURES, log_mel, standardise
from generation.engine.refinement import refine

CONFIG = FEATURES["narrowband"]


def sounds():
    generator = torch.Generator().manual_seed(1)
    envelope = torch.hann_window(CONFIG.n_samples)
    return standardise(torch.randn(2, CONFIG.n_samples, generator=generator) * envelope, CONFIG)


def test_each_round_brings_a_waveform_nearer_to_the_features():
    wanted = log_mel(sounds(), CONFIG)
    other = sounds().flip(0).roll(300, dims=1)

    distances = [
        log_mel_distance(log_mel(refine(other, wanted, CONFIG, rounds), CONFIG), wanted, CONFIG).mean()
        for rounds in (0, 1, 3)
    ]

    assert distances[1] < 0.7 * distances[0]
    assert distances[2] < 0.8 * distances[1]


def test_no_round_changes_nothing():
    assert torch.equal(refine(sounds(), log_mel(sounds(), CONFIG), CONFIG, 0), sounds())


def test_a_waveform_is_not_raised_to_a_floor_it_lies_under():
    silent = torch.zeros(1, CONFIG.n_mels, CONFIG.n_frames)
    quiet = 1e-6 * sounds()[:1]

    refined = refine(quiet, silent, CONFIG, 3)

    assert refined.abs().max() <= 1.5 * quiet.abs().max()
