"""The features of a corpus, computed once and kept."""

import errno
import shutil

import numpy
import pytest
import soundfile
import torch

from generation.engine.corpora import feature_sets
from generation.engine.corpora.feature_sets import feature_set
from generation.engine.corpora.layout import open_corpus
from generation.engine.corpora.recordings import RecordingIsBroken, read_waveform
from generation.engine.corpora.splits import Split
from generation.engine.features import FEATURES, log_mel
from generation.engine.whole_files import CannotBeWritten
from tests.generation.engine.small_corpus import write_buzzing_corpus

CONFIG = FEATURES["narrowband"]


@pytest.fixture
def corpus(tmp_path):
    return open_corpus(write_buzzing_corpus(tmp_path / "corpus"))


def test_every_recording_has_its_features_label_and_split(corpus, tmp_path):
    features = feature_set(corpus, CONFIG, tmp_path / "kept")

    assert features.features.shape == (16, CONFIG.n_mels, CONFIG.n_frames)
    for row, recording in enumerate(corpus.recordings):
        alone = log_mel(read_waveform(recording.path, CONFIG.sample_rate)[None], CONFIG)[0]
        assert torch.allclose(features.features[row], alone, atol=1e-4)
        assert corpus.words[features.labels[row]] == recording.word
    assert [features.splits[row] for row in features.rows(Split.TESTING)] == [Split.TESTING] * 4


def test_features_are_computed_once(corpus, tmp_path, monkeypatch):
    first = feature_set(corpus, CONFIG, tmp_path / "kept").features.clone()
    monkeypatch.setattr(feature_sets, "read_waveform", None)

    second = feature_set(corpus, CONFIG, tmp_path / "kept").features

    assert torch.equal(first, second)


def test_other_features_of_the_same_corpus_are_kept_apart(corpus, tmp_path):
    feature_set(corpus, CONFIG, tmp_path / "kept")

    feature_set(corpus, FEATURES["paper"], tmp_path / "kept")

    assert len(list((tmp_path / "kept").iterdir())) == 2


def test_progress_is_told_up_to_the_end(corpus, tmp_path):
    told = []

    feature_set(corpus, CONFIG, tmp_path / "kept", lambda done, note: told.append((done, note)))

    assert told == [(1.0, "features of 16 of 16 recordings")]


def test_an_aborted_computation_leaves_nothing(corpus, tmp_path):
    class Cancelled(Exception):
        pass

    def cancel(done, note):
        raise Cancelled

    with pytest.raises(Cancelled):
        feature_set(corpus, CONFIG, tmp_path / "kept", cancel)

    assert list((tmp_path / "kept").iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing(corpus, tmp_path, monkeypatch):
    def full(file, header):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(numpy.lib.format, "write_array_header_1_0", full)

    with pytest.raises(CannotBeWritten, match=r"No space left on device.*make room"):
        feature_set(corpus, CONFIG, tmp_path / "kept")

    assert list((tmp_path / "kept").iterdir()) == []


def test_a_recording_that_vanished_since_is_told_with_its_path(corpus, tmp_path):
    shutil.rmtree(corpus.folder / "low")

    with pytest.raises(RecordingIsBroken, match=r"low/talker0_nohash_0\.wav cannot be read"):
        feature_set(corpus, CONFIG, tmp_path / "kept")


def test_a_recording_that_is_silent_in_the_band_analysed_is_told_with_its_path(tmp_path):
    folder = write_buzzing_corpus(tmp_path / "corpus")
    time = numpy.arange(24000) / 48000
    cry = 0.3 * numpy.sin(2 * numpy.pi * 20000 * time) * numpy.hanning(len(time))
    soundfile.write(folder / "low" / "bat_nohash_0.wav", cry, 48000)

    with pytest.raises(RecordingIsBroken, match=r"bat_nohash_0\.wav is silent below 4000 Hz"):
        feature_set(open_corpus(folder), CONFIG, tmp_path / "kept")


def test_a_30_second_stereo_flac_file_is_analysed_like_any_other(tmp_path):
    folder = write_buzzing_corpus(tmp_path / "corpus")
    mono, rate = soundfile.read(folder / "low" / "talker0_nohash_0.wav")
    long = numpy.zeros((30 * rate, 2))
    long[10 * rate : 10 * rate + len(mono)] = mono[:, None]
    soundfile.write(folder / "low" / "patient_nohash_0.flac", long, rate)

    features = feature_set(open_corpus(folder), CONFIG, tmp_path / "kept")

    names = [each.talker for each in features.recordings]
    assert features.features[names.index("patient")].mean() == pytest.approx(
        features.features[[r.word == "low" for r in features.recordings].index(True) + 1].mean().item(), rel=0.2
    )
