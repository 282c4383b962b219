"""The files of checks' sounds are made once, whole, and before anybody needs a voice that is not there."""

import pytest

from listening_tests.checks.sounds import SoundDoesNotExist, check_sound_file, make_example_sounds
from listening_tests.screenings.digits_in_noise import DigitsInNoise
from listening_tests.screenings.sound_check import SoundCheck
from listening_tests.screenings.volume import Volume
from listening_tests.sounds import speech


def test_items_alike_share_a_file(tmp_path, settings):
    settings.CLIPS_DIR = tmp_path

    first, second, other = (check_sound_file(SoundCheck(), {"right": right}, 0) for right in ("2", "2", "3"))

    assert first == second != other
    assert first.read_bytes() != other.read_bytes()


def test_another_ratio_of_speech_to_noise_is_another_file(tmp_path, settings):
    settings.CLIPS_DIR = tmp_path
    item = {"right": "123", "seed": 1, "is_clear": False}

    easy, hard = (check_sound_file(DigitsInNoise(snr_db=snr_db), item, 0) for snr_db in (6, -6))

    assert easy.read_bytes() != hard.read_bytes()


def test_an_item_without_sounds_has_no_file():
    with pytest.raises(SoundDoesNotExist, match="has 1 sounds"):
        check_sound_file(SoundCheck(), {"right": "2"}, 1)


def test_a_voice_that_is_missing_is_missed_before_listeners_come(tmp_path, settings):
    settings.CLIPS_DIR = tmp_path

    with pytest.raises(speech.SpeechFailed):
        make_example_sounds(Volume(language="tlh-x"))


def test_after_the_examples_nobody_waits_for_speech(tmp_path, settings, monkeypatch):
    settings.CLIPS_DIR = tmp_path
    make_example_sounds(DigitsInNoise())

    monkeypatch.setattr(speech, "call_command", None)

    assert check_sound_file(DigitsInNoise(), {"right": "906", "seed": 5, "is_clear": True}, 0).is_file()
