"""Spoken screenings: digits on one ear and in noise, and instructions."""

import numpy
import pytest
from django.test import override_settings

from listening_tests.sounds import speech
from listening_tests.sounds.left_right import DigitsHaveNoEars, Ear, digits_on_ears
from listening_tests.sounds.speech import SpeechFailed, speak
from listening_tests.sounds.spoken_instruction import spoken_instructions
from tests.listening_tests.sounds.signals import level_db, noise


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """Give the ten digits in English, spoken once for all."""
    with override_settings(CLIPS_DIR=tmp_path_factory.mktemp("clips")):
        return speak([str(digit) for digit in range(10)], language="en")


def test_digits_are_audible_words_without_pauses_around_them(digits):
    assert digits.sample_rate == 22_050
    for word in digits.waveforms:
        assert 0.2 < len(word) / 22_050 < 0.8
        assert 0.1 < numpy.abs(word).max() <= 1
    assert len({len(word) for word in digits.waveforms}) > 5


def test_what_was_spoken_once_is_read_again(monkeypatch):
    first = speak(["yksi"], language="fi")
    monkeypatch.setattr(speech, "call_command", None)

    again = speak(["yksi"], language="fi")

    assert (first.waveforms[0] == again.waveforms[0]).all()


def test_speaking_again_elsewhere_gives_the_same_samples(settings, tmp_path):
    first = speak(["two"], language="en")
    settings.CLIPS_DIR = tmp_path / "elsewhere"

    again = speak(["two"], language="en")

    assert (first.waveforms[0] == again.waveforms[0]).all()


def test_a_language_without_a_voice_is_told_and_keeps_nothing(settings):
    with pytest.raises(SpeechFailed, match="no voice xx"):
        speak(["two"], language="xx")

    assert not list(settings.CLIPS_DIR.rglob("*.wav"))


def test_an_instruction_is_spoken_in_english_where_the_language_has_no_voice():
    english = spoken_instructions(["2"], "en")

    assert 0.8 < len(english.waveforms[0]) / english.sample_rate < 1.5
    assert (spoken_instructions(["2"], "xx").waveforms[0] == english.waveforms[0]).all()


def test_instructions_for_other_answers_sound_different():
    two, four = spoken_instructions(["2", "4"], "en").waveforms

    assert len(two) != len(four) or not (two == four).all()


def test_each_digit_is_on_its_ear_alone_and_in_its_slot(digits):
    chosen = [digits.waveforms[3], digits.waveforms[1], digits.waveforms[2]]

    sound = digits_on_ears(chosen, [Ear.LEFT, Ear.RIGHT, Ear.LEFT], 22_050, 0.9)

    slots = [
        sound[start : start + round(0.9 * 22_050)] for start in (round((0.3 + n * 1.2) * 22_050) for n in range(3))
    ]
    for slot, word, ear in zip(slots, chosen, (0, 1, 0), strict=True):
        assert slot[: len(word), ear] == pytest.approx(word)
        assert not slot[:, 1 - ear].any()
    assert level_db(sound[:, 0]) > level_db(sound[:, 1])


@pytest.mark.parametrize("ears", [[Ear.LEFT, Ear.LEFT], [Ear.LEFT]])
def test_both_ears_must_be_needed(ears):
    with pytest.raises(DigitsHaveNoEars):
        digits_on_ears([noise(0.1, 22_050)] * 2, ears, 22_050, 0.9)
