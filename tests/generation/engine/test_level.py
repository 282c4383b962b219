"""All clips are brought to one loudness."""

import pytest
import torch

from generation.engine.level import WaveformIsSilent, set_level

RATE = 8000


def tone(seconds, amplitude):
    return amplitude * torch.sin(torch.arange(round(seconds * RATE)) * 0.3)


def root_mean_square(waveform):
    return waveform.square().mean().sqrt().item()


@pytest.mark.parametrize("amplitude", [0.001, 0.1, 0.9])
def test_a_sound_is_brought_to_the_common_level_however_loud_it_was(amplitude):
    levelled = set_level(tone(1, amplitude), RATE)

    assert root_mean_square(levelled.waveform) == pytest.approx(0.07, rel=0.01)
    assert levelled.gain == pytest.approx(0.07 / (amplitude / 2**0.5), rel=0.01)


def test_silence_around_a_short_word_does_not_make_it_louder():
    short = torch.cat([torch.zeros(RATE // 2), tone(0.2, 0.5), torch.zeros(RATE // 2)])

    levelled = set_level(short, RATE)

    assert levelled.waveform.abs().max() == pytest.approx(0.07 * 2**0.5, rel=0.02)


def test_no_peak_passes_the_highest_one():
    click = tone(1, 0.01)
    click[1000] = 1.0

    levelled = set_level(click, RATE)

    assert levelled.waveform.abs().max().item() == pytest.approx(0.95)


def test_a_silent_waveform_has_no_level():
    with pytest.raises(WaveformIsSilent, match="no level to set"):
        set_level(torch.zeros(RATE), RATE)
