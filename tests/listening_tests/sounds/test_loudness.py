"""Sounds are brought to one loudness, and none is clipped."""

import numpy
import pytest

from listening_tests.sounds.loudness import (
    SoundIsSilent,
    integrated_loudness,
    normalise,
    resample,
    true_peak_db,
)  # fmt: skip
from tests.listening_tests.sounds.signals import noise, tone


def test_the_meter_reads_what_the_recommendation_says_of_a_997_hz_tone():
    # ITU-R BS.1770-4, section 2.8: a 997 Hz sine of 0 dBFS in one channel reads -3.01 LUFS.
    sine = tone(997, 5, 48_000, amplitude=1.0)

    assert integrated_loudness(sine, 48_000) == pytest.approx(-3.01, abs=0.05)


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
@pytest.mark.parametrize("seconds", [0.12, 0.4, 1.0])
def test_every_sound_comes_to_the_same_loudness_at_any_rate_and_length(rate, seconds):
    levelled = normalise(tone(500, seconds, rate, amplitude=0.01), rate)

    assert integrated_loudness(levelled.samples, rate) == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize("seconds", [0.15, 0.45, 1.0])
@pytest.mark.parametrize(("before", "after"), [(0.0, 0.6), (0.4, 0.0), (0.13, 0.27)])
def test_silence_around_a_word_makes_no_difference(seconds, before, after):
    word = tone(500, seconds, 16_000)
    within_silence = numpy.pad(word, (round(before * 16_000), round(after * 16_000)))

    assert integrated_loudness(within_silence, 16_000) == pytest.approx(integrated_loudness(word, 16_000), abs=0.1)


def test_one_sound_measures_the_same_at_two_rates():
    at_16 = noise(2, 16_000)

    assert integrated_loudness(resample(at_16, 16_000, 48_000), 48_000) == pytest.approx(
        integrated_loudness(at_16, 16_000), abs=0.05
    )


def test_the_gain_is_the_one_that_was_applied():
    sound = noise(1, 16_000, amplitude=0.01)

    levelled = normalise(sound, 16_000)

    assert levelled.samples == pytest.approx(sound * 10 ** (levelled.gain_db / 20))


def test_a_sound_with_a_high_peak_is_left_softer_and_not_clipped():
    click = noise(1, 16_000, amplitude=0.001)
    click[8_000] = 0.5

    levelled = normalise(click, 16_000)

    assert true_peak_db(levelled.samples) == pytest.approx(-1, abs=0.01)
    assert integrated_loudness(levelled.samples, 16_000) < -23.5
    assert levelled.samples / levelled.samples[8_000] == pytest.approx(click / click[8_000])


def test_the_true_peak_lies_between_samples():
    # A quarter of the rate, an eighth turn late: every sample is 3 dB below the crest.
    between = numpy.sin(numpy.pi / 2 * numpy.arange(4_800) + numpy.pi / 4)

    assert numpy.abs(between).max() == pytest.approx(0.7071, abs=1e-4)
    assert true_peak_db(between) == pytest.approx(0, abs=0.2)


@pytest.mark.parametrize("sound", [numpy.zeros(16_000), noise(1, 16_000, amplitude=1e-5)])
def test_silence_has_no_loudness_to_be_changed(sound):
    with pytest.raises(SoundIsSilent):
        normalise(sound, 16_000)


def test_both_ears_are_measured_and_keep_their_difference():
    sound = numpy.column_stack([tone(500, 1, 16_000, 0.1), tone(500, 1, 16_000, 0.05)])

    levelled = normalise(sound, 16_000)

    assert integrated_loudness(levelled.samples, 16_000) == pytest.approx(-23, abs=0.1)
    assert numpy.abs(levelled.samples).max(axis=0)[0] == pytest.approx(2 * numpy.abs(levelled.samples).max(axis=0)[1])
