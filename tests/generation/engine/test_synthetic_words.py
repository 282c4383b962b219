"""What a synthetic corpus is planned to hold."""

import numpy
import pytest

from generation.engine.corpora.splits import Split
from generation.engine.corpora.synthetic_words import (
    VoicesCannotBeChosen,
    WordCannotBeSpoken,
    choose_voices,
    place,
    plan,
    utterances_of,
)


def test_all_35_words_are_planned_unless_some_are_given():
    assert len(plan(None, 60, 1, 1).words) == 35
    assert plan(["yes", "no", "yes"], 60, 1, 1).words == ("no", "yes")


@pytest.mark.parametrize("word", ["", "Yes", "two words", "../up", "naïve", "r2d2"])
def test_a_word_that_cannot_name_a_folder_is_refused(word):
    with pytest.raises(WordCannotBeSpoken, match="small letters"):
        plan(["no", word], 60, 1, 1)


@pytest.mark.parametrize(("voices", "takes"), [(4, 1), (470, 1), (60, 0)])
def test_an_impossible_number_of_voices_or_takes_is_refused(voices, takes):
    with pytest.raises(VoicesCannotBeChosen, match="5 to 469 voices"):
        plan(None, voices, takes, 1)


@pytest.mark.parametrize("voices", [5, 60, 469])
def test_voices_are_different_and_no_variant_is_in_two_splits(voices):
    chosen = choose_voices(plan(None, voices, 1, 1))

    assert len({voice.talker for voice in chosen}) == voices
    by_split = {split: {voice.variant for voice in chosen if voice.split is split} for split in Split}
    assert all(by_split.values())
    assert len(set.union(*by_split.values())) == sum(map(len, by_split.values()))


def test_about_a_fifth_of_the_voices_test_and_a_tenth_validate():
    splits = [voice.split for voice in choose_voices(plan(None, 60, 1, 1))]

    assert [splits.count(split) for split in Split] == [42, 6, 12]


def test_the_seed_decides_voices_and_utterances():
    first, same, other = plan(["no"], 60, 2, 1), plan(["no"], 60, 2, 1), plan(["no"], 60, 2, 2)

    assert choose_voices(first) == choose_voices(same) != choose_voices(other)
    voice = choose_voices(first)[0]
    assert utterances_of(voice, first) == utterances_of(voice, same) != utterances_of(voice, other)
    assert first.name == same.name != other.name


def test_takes_of_a_word_differ():
    wanted = plan(["no"], 60, 4, 1)
    takes = utterances_of(choose_voices(wanted)[0], wanted)

    assert len({(take.pitch, take.speed, take.peak) for take in takes}) == 4


def test_about_half_of_the_utterances_have_noise():
    wanted = plan(None, 20, 3, 1)
    utterances = [each for voice in choose_voices(wanted) for each in utterances_of(voice, wanted)]

    noisy = [each.noise_db for each in utterances if each.noise_db is not None]

    assert 0.4 < len(noisy) / len(utterances) < 0.6
    assert 18 <= min(noisy) < 20 < 43 < max(noisy) <= 45


def test_noise_lies_as_far_under_the_speech_as_planned():
    wanted = plan(["no"], 60, 30, 1)
    utterance = next(each for each in utterances_of(choose_voices(wanted)[0], wanted) if each.noise_db)
    speech = numpy.sin(numpy.arange(8000) / 10.0)

    waveform = place(speech, utterance, 22050)

    before = round(utterance.before * 22050)
    noise = waveform.copy()
    noise[before : before + 8000] -= speech * utterance.peak
    ratio = 10 * numpy.log10(numpy.mean((speech * utterance.peak) ** 2) / numpy.mean(noise**2))
    assert ratio == pytest.approx(utterance.noise_db, abs=0.5)
    assert numpy.abs(waveform).max() <= 1.0
