"""Opening a corpus: what is found, what is refused, what is left out by choice."""

import json

import numpy
import pytest
import soundfile

from generation.engine.corpora.cards import CorpusCardIsDamaged
from generation.engine.corpora.layout import (
    BrokenRecordings,
    CorpusIsEmpty,
    CorpusIsMissing,
    CorpusListIsMissing,
    CorpusListsOverlap,
    WordNotInCorpus,
    open_corpus,
)
from generation.engine.corpora.splits import Split
from tests.generation.engine.small_corpus import RATE, buzz, write_buzzing_corpus


@pytest.fixture
def folder(tmp_path):
    return write_buzzing_corpus(tmp_path / "corpus", words=("high", "low", "middle"))


def test_recordings_are_found_with_word_talker_take_and_split(folder):
    corpus = open_corpus(folder)

    assert corpus.words == ("high", "low", "middle")
    assert corpus.counts == {"training": 12, "validation": 6, "testing": 6}
    first = corpus.recordings[0]
    assert (first.path, first.word, first.talker, first.take, first.split) == (
        folder / "high" / "talker0_nohash_0.wav",
        "high",
        "talker0",
        0,
        Split.TRAINING,
    )
    assert corpus.broken == ()


def test_the_words_asked_for_are_opened_sorted(folder):
    corpus = open_corpus(folder, ["middle", "high"])

    assert corpus.words == ("high", "middle")
    assert {each.word for each in corpus.recordings} == {"high", "middle"}


def test_background_noise_is_no_word(folder):
    (folder / "_background_noise_").mkdir()
    soundfile.write(folder / "_background_noise_" / "tap.wav", buzz(50, 1), RATE)

    assert open_corpus(folder).words == ("high", "low", "middle")


def test_a_folder_without_a_card_is_a_plain_folder_of_human_speech(folder):
    assert open_corpus(folder).card == {"title": "corpus", "origin": "folder", "is_synthetic": False, "licence": ""}


def test_the_card_of_the_folder_is_read(folder):
    (folder / "CORPUS.json").write_text(json.dumps({"title": "Spoken by a machine", "is_synthetic": True}))

    card = open_corpus(folder).card

    assert (card["title"], card["is_synthetic"], card["origin"]) == ("Spoken by a machine", True, "folder")


@pytest.mark.parametrize("content", ["{", "[]", '{"title": "no word on who speaks"}'])
def test_a_damaged_card_is_refused_with_its_path(folder, content):
    (folder / "CORPUS.json").write_text(content)

    with pytest.raises(CorpusCardIsDamaged, match=r"CORPUS\.json"):
        open_corpus(folder)


def test_the_digest_stays_while_nothing_changes(folder):
    assert open_corpus(folder).digest == open_corpus(folder).digest


@pytest.mark.parametrize("change", ["content", "name", "split", "words"])
def test_the_digest_changes_with_what_is_opened(folder, change):
    before = open_corpus(folder).digest
    recording = folder / "low" / "talker0_nohash_1.wav"
    words = None
    if change == "content":
        soundfile.write(recording, buzz(300, 0.4), RATE)
    elif change == "name":
        recording.rename(folder / "low" / "talker9_nohash_1.wav")
    elif change == "split":
        with (folder / "testing_list.txt").open("a") as names:
            names.write("low/talker0_nohash_1.wav\n")
    else:
        words = ["high", "low"]

    assert open_corpus(folder, words).digest != before


def test_a_missing_folder_is_refused_with_its_path(tmp_path):
    with pytest.raises(CorpusIsMissing, match="nowhere"):
        open_corpus(tmp_path / "nowhere")


@pytest.mark.parametrize("inside", ["nothing", "an empty folder", "a text"])
def test_a_folder_without_recordings_is_refused(tmp_path, inside):
    if inside == "an empty folder":
        (tmp_path / "word").mkdir()
    elif inside == "a text":
        (tmp_path / "README.md").write_text("no audio")

    with pytest.raises(CorpusIsEmpty, match="holds no recording"):
        open_corpus(tmp_path)


def test_a_word_that_is_not_in_the_corpus_is_refused_with_those_that_are(folder):
    with pytest.raises(WordNotInCorpus, match=r"no recording of sideways.*high, low, middle"):
        open_corpus(folder, ["low", "sideways"])


def test_a_missing_list_is_refused_with_what_to_write(folder):
    (folder / "validation_list.txt").unlink()

    with pytest.raises(CorpusListIsMissing, match=r"validation_list\.txt is missing.*WORD/FILE"):
        open_corpus(folder)


def test_a_recording_in_both_lists_is_refused(folder):
    with (folder / "testing_list.txt").open("a") as names:
        names.write((folder / "validation_list.txt").read_text())

    with pytest.raises(CorpusListsOverlap, match=r"high/talker2_nohash_0\.wav"):
        open_corpus(folder)


def test_an_empty_split_is_refused(folder):
    (folder / "testing_list.txt").write_text("")

    with pytest.raises(CorpusIsEmpty, match="no recording for testing"):
        open_corpus(folder)


def break_files(folder):
    """Put one file of every broken kind into the word `low`; give their names with what is said of them."""
    low = folder / "low"
    (low / "a_nohash_0.wav").write_bytes(b"RIFF but nothing more")
    (low / "b_nohash_0.wav").write_bytes(b"")
    soundfile.write(low / "c_nohash_0.wav", numpy.zeros(0), RATE)
    soundfile.write(low / "d_nohash_0.wav", numpy.zeros(4000), RATE)
    soundfile.write(low / "e_nohash_0.wav", numpy.full(4000, numpy.nan), RATE, subtype="FLOAT")
    soundfile.write(low / "nobody.wav", buzz(100, 0.4), RATE)
    (low / "f_nohash_0.mp3").write_bytes(b"ID3")
    with (folder / "testing_list.txt").open("a") as names:
        names.write("low/gone_nohash_0.wav\n")
    return {
        "low/a_nohash_0.wav": "is no readable audio",
        "low/b_nohash_0.wav": "is no readable audio",
        "low/c_nohash_0.wav": "is empty",
        "low/d_nohash_0.wav": "is silent",
        "low/e_nohash_0.wav": "holds values that are not numbers",
        "low/nobody.wav": "is not named TALKER_nohash_NUMBER",
        "low/f_nohash_0.mp3": "is no WAV or FLAC file",
        "low/gone_nohash_0.wav": "is named in testing_list.txt but is not there",
    }


def test_broken_files_are_refused_with_how_many_and_what_to_do(folder):
    expected = break_files(folder)

    with pytest.raises(BrokenRecordings) as refused:
        open_corpus(folder)

    assert f"{len(expected)} of the files" in str(refused.value)
    assert f"and {len(expected) - 5} more" in str(refused.value)
    assert "--skip-broken" in str(refused.value)
    assert {each.path for each in refused.value.broken} == set(expected)


def test_broken_files_are_listed_with_their_reasons_when_left_out_by_choice(folder):
    intact = open_corpus(folder)
    expected = break_files(folder)

    corpus = open_corpus(folder, skip_broken=True)

    assert {each.path: each.reason.partition(" (")[0] for each in corpus.broken} == expected
    assert corpus.recordings == intact.recordings
    assert corpus.digest == intact.digest


def test_a_word_whose_every_recording_is_broken_is_refused(folder):
    for path in (folder / "low").iterdir():
        path.write_bytes(b"noise")

    with pytest.raises(WordNotInCorpus, match="no intact recording of low"):
        open_corpus(folder, skip_broken=True)


@pytest.mark.parametrize(("name", "count"), [("speech-commands-ten-words", 3531), ("spoken-digits", 2500)])
def test_the_real_corpora_open_whole(real_corpus, name, count):
    corpus = open_corpus(real_corpus(name))

    assert len(corpus.recordings) == count
    assert len(corpus.words) == 10
    assert corpus.broken == ()
