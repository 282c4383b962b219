"""Copies of a sound differ in their bytes and in nothing that could be heard."""

import io

import numpy
import pytest
import soundfile

from listening_tests.sounds.own_copy import own_copy, with_last_place_noise
from listening_tests.sounds.wav_file import pcm_bytes

RATE = 16_000


def decoded(file):
    return soundfile.read(io.BytesIO(file), dtype="int16")[0].astype(int)


@pytest.fixture
def speechlike():
    """Half a second of loud noise and half a second of digital silence."""
    loud = numpy.random.default_rng(1).normal(0, 3000, RATE // 2)
    return numpy.concatenate([loud, numpy.zeros(RATE // 2)]).astype(numpy.int16)


def test_two_copies_differ_but_the_same_seed_gives_the_same_bytes(speechlike):
    file = pcm_bytes(speechlike, RATE)

    assert own_copy(file, 1) == own_copy(file, 1)
    assert own_copy(file, 1) != own_copy(file, 2)
    assert len(own_copy(file, 1)) == len(own_copy(file, 2)) == len(file)


def test_no_sample_moves_by_more_than_the_last_place_or_in_time(speechlike):
    copy = decoded(own_copy(pcm_bytes(speechlike, RATE), 1))

    assert set(copy - speechlike) == {-1, 0, 1}


def test_the_noise_is_white_without_mean_and_below_that_of_dither():
    noise = with_last_place_noise(numpy.zeros(1_000_000, numpy.int16), 5).astype(float)

    assert noise.mean() == pytest.approx(0, abs=0.002)
    assert noise.var() == pytest.approx(1 / 8, rel=0.01)
    # A step squared over four is what textbook dither leaves; the file's own rounding is a twelfth.
    assert noise.var() + 1 / 12 < 1 / 4
    assert noise[1:] @ noise[:-1] / len(noise) == pytest.approx(0, abs=0.001)


def test_the_noise_does_not_depend_on_the_sound(speechlike):
    silence = numpy.zeros_like(speechlike)

    assert (with_last_place_noise(speechlike, 3) - speechlike == with_last_place_noise(silence, 3)).all()


def test_full_scale_stays_full_scale():
    loudest = numpy.array([-32_768, 32_767] * 500, numpy.int16)

    copy = with_last_place_noise(loudest, 1)

    assert numpy.abs(copy.astype(int) - loudest).max() == 1


def test_stereo_stays_stereo(speechlike):
    both = numpy.stack([speechlike, speechlike], axis=1)

    assert decoded(own_copy(pcm_bytes(both, RATE), 1)).shape == both.shape
