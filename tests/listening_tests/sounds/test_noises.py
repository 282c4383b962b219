"""Noises have the levels, spectra and ratios to speech that they are said to have."""

import numpy
import pytest

from listening_tests.sounds.bandwidth_pairs import BANDS, BandIsUnknown, bursts
from listening_tests.sounds.digits_in_noise import PAUSE_SECONDS, triplet_in_noise
from listening_tests.sounds.environment_pairs import BETTER_SNR_DB, WORSE_SNR_DB, with_noise
from listening_tests.sounds.noise import SoundHasNoLevel
from listening_tests.sounds.noise_catch import noise_in_place_of
from listening_tests.sounds.slots import WordIsTooLong
from tests.listening_tests.sounds.signals import band_db, level_db, noise, tone

RATE = 22_050
SLOT = 0.6


def mixture(snr_db, seed=1, digits=None):
    """Put digits that are tones of 4 to 6 kHz into noise that has nothing above 3 kHz, to tell them apart again."""
    given = digits or [tone(f, 0.5, RATE, amplitude) for f, amplitude in ((4_000, 0.5), (5_000, 0.1), (6_000, 0.3))]
    spectrum = numpy.fft.rfft(noise(3, RATE))
    spectrum[numpy.fft.rfftfreq(3 * RATE, 1 / RATE) > 2_900] = 0
    voice = numpy.fft.irfft(spectrum, 3 * RATE)
    return triplet_in_noise(given, voice, RATE, slot_seconds=SLOT, snr_db=snr_db, seed=seed)


def split_at_3_khz(sound):
    spectrum = numpy.fft.rfft(sound)
    is_high = numpy.fft.rfftfreq(len(sound), 1 / RATE) > 3_500
    return numpy.fft.irfft(spectrum * ~is_high, len(sound)), numpy.fft.irfft(spectrum * is_high, len(sound))


@pytest.mark.parametrize("snr_db", [-12.0, -4.0, 0.0, 20.0])
def test_every_digit_is_spoken_at_the_ratio_to_the_noise(snr_db):
    behind, speech = split_at_3_khz(mixture(snr_db))

    for number in range(3):
        start = round((PAUSE_SECONDS + number * (SLOT + PAUSE_SECONDS)) * RATE)
        digit = speech[start : start + round(0.5 * RATE)]
        assert level_db(digit) - level_db(behind) == pytest.approx(snr_db, abs=0.1)


def test_digits_in_noise_are_as_loud_and_long_at_every_ratio():
    sounds = [mixture(snr_db) for snr_db in (-12, 0, 20)]

    assert len({len(sound) for sound in sounds}) == 1
    assert [level_db(sound) for sound in sounds] == pytest.approx([-24.4] * 3, abs=0.1)
    assert max(numpy.abs(sound).max() for sound in sounds) < 1


def test_the_length_does_not_tell_how_long_digits_are():
    short, long = ([tone(4_000, seconds, RATE)] * 3 for seconds in (0.2, 0.59))

    assert len(mixture(0, digits=short)) == len(mixture(0, digits=long))
    with pytest.raises(WordIsTooLong, match=r"0\.70 s"):
        mixture(0, digits=[tone(4_000, 0.7, RATE)] * 3)


@pytest.mark.parametrize("snr_db", [WORSE_SNR_DB, BETTER_SNR_DB])
def test_the_noise_behind_a_clip_lies_as_far_below_it_as_is_said(snr_db):
    clip = noise(1, RATE, amplitude=0.05) * numpy.hanning(RATE)

    heard = with_noise(clip, snr_db, seed=5)

    assert level_db(clip) - level_db(heard - clip) == pytest.approx(snr_db, abs=0.01)


@pytest.mark.parametrize(("band", "limit"), BANDS.items())
def test_bursts_of_a_band_differ_from_the_whole_in_nothing_but_treble(band, limit):
    whole, limited = bursts("fullband", seed=2), bursts(band, seed=2)

    assert len(whole) == len(limited)
    difference = numpy.fft.rfft(limited - whole)[: int(0.97 * limit * len(whole) / 48_000)]
    assert numpy.abs(difference).max() < 0.01 * numpy.abs(numpy.fft.rfft(whole)).max()
    for low in range(200, int(0.9 * limit), 1_000):
        assert abs(band_db(limited, 48_000, low, low + 500) - band_db(whole, 48_000, low, low + 500)) < 0.1
    assert band_db(limited, 48_000, 1.15 * limit, 24_000) < band_db(whole, 48_000, 1_000, 2_000) - 40


def test_bursts_have_treble_up_to_20_khz_and_a_moderate_level():
    sound = bursts("fullband", seed=2)

    octaves = [band_db(sound, 48_000, low, 2 * low) + 10 * numpy.log10(low) for low in (1_250, 2_500, 5_000, 10_000)]
    assert numpy.ptp(octaves) < 1.5
    assert numpy.abs(sound).max() < 0.6


def test_an_unknown_band_is_told():
    with pytest.raises(BandIsUnknown, match="super-wideband"):
        bursts("ultrasonic", seed=1)


def test_a_noise_catch_is_as_long_as_its_clip_as_loud_and_of_its_spectrum():
    clip = noise(1, RATE) + tone(1_000, 1, RATE, amplitude=0.3)
    clip[: RATE // 2] = 0

    catch = noise_in_place_of(clip, RATE, seed=4)

    assert len(catch) == len(clip)
    assert level_db(catch) == pytest.approx(level_db(clip), abs=0.01)
    for low, high in ((200, 800), (900, 1_100), (2_000, 6_000)):
        assert band_db(catch, RATE, low, high) == pytest.approx(band_db(clip, RATE, low, high), abs=2)
    assert abs(numpy.corrcoef(catch, clip)[0, 1]) < 0.05
    # Speech has pauses; the noise fills them.
    assert level_db(catch[: RATE // 2]) == pytest.approx(level_db(catch[RATE // 2 :]), abs=3)


@pytest.mark.parametrize("make", [
    lambda silence: noise_in_place_of(silence, RATE, 1),
    lambda silence: with_noise(silence, 40, 1),
])  # fmt: skip
def test_no_noise_lies_below_silence(make):
    with pytest.raises(SoundHasNoLevel):
        make(numpy.zeros(1_000))


@pytest.mark.parametrize("make", [
    lambda seed: mixture(0, seed),
    lambda seed: bursts("wideband", seed),
    lambda seed: with_noise(noise(0.1, RATE), 40, seed),
    lambda seed: noise_in_place_of(noise(0.1, RATE), RATE, seed),
])  # fmt: skip
def test_the_seed_decides_the_noise(make):
    first, again, other = make(1), make(1), make(2)

    assert (first == again).all()
    assert not (first == other).all()
