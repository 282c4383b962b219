"""A prepared file sounds like its clip and tells nothing else."""

import hashlib
import struct

import numpy
import pytest
import soundfile

from listening_tests.sounds.loudness import integrated_loudness
from listening_tests.sounds.prepared import SoundIsTooLong, prepare_stimulus
from listening_tests.sounds.wav_file import SoundIsTooLoud, wav_bytes
from tests.listening_tests.sounds.signals import noise, tone


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.flac"
    soundfile.write(path, noise(0.8, 16_000, amplitude=0.02), 16_000)
    return path


def chunks_of(path):
    """Return the names of a WAV file's chunks."""
    content = path.read_bytes()
    assert content[:4] + content[8:12] == b"RIFFWAVE"
    names, at = [], 12
    while at < len(content):
        names.append(content[at : at + 4])
        at += 8 + struct.unpack("<I", content[at + 4 : at + 8])[0]
    return names


def test_a_clip_becomes_a_plain_wav_file_at_the_common_loudness(clip, tmp_path):
    prepared = prepare_stimulus(clip, tmp_path / "out" / "a.wav", None, 16_000)

    samples, rate = soundfile.read(prepared.path)
    assert (rate, len(samples), prepared.seconds) == (16_000, 12_800, 0.8)
    assert soundfile.info(prepared.path).subtype == "PCM_16"
    assert integrated_loudness(samples, rate) == pytest.approx(-23, abs=0.1)
    assert prepared.sha256 == hashlib.sha256(prepared.path.read_bytes()).hexdigest()


def test_the_file_holds_format_and_samples_and_no_metadata(clip, tmp_path):
    prepared = prepare_stimulus(clip, tmp_path / "a.wav", None, 16_000)

    assert chunks_of(prepared.path) == [b"fmt ", b"data"]


def test_clips_of_one_block_cannot_be_told_apart_by_size_length_or_header(clip, tmp_path):
    other = tmp_path / "other.wav"
    soundfile.write(other, numpy.column_stack([tone(300, 0.3, 22_050)] * 2), 22_050)

    files = [
        prepare_stimulus(source, tmp_path / name, 0.8, 16_000).path.read_bytes()
        for source, name in ((clip, "a.wav"), (other, "b.wav"))
    ]

    assert files[0][:44] == files[1][:44]
    assert len(files[0]) == len(files[1])
    assert files[0] != files[1]


def test_the_same_clip_gives_the_same_bytes(clip, tmp_path):
    first, second = (prepare_stimulus(clip, tmp_path / name, 1.0, 16_000) for name in ("a.wav", "b.wav"))

    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.sha256 == second.sha256


def test_nothing_is_cut_off_a_clip(clip, tmp_path):
    with pytest.raises(SoundIsTooLong, match=r"lasts 0\.800 s"):
        prepare_stimulus(clip, tmp_path / "a.wav", 0.5, 16_000)

    assert not (tmp_path / "a.wav").exists()


def test_a_silent_clip_stays_silent(tmp_path):
    soundfile.write(tmp_path / "silent.wav", numpy.zeros(8_000), 16_000)

    prepared = prepare_stimulus(tmp_path / "silent.wav", tmp_path / "a.wav", 0.5, 16_000)

    assert prepared.gain_db == 0
    assert not soundfile.read(prepared.path)[0].any()


def test_no_half_written_file_is_left(clip, tmp_path):
    (tmp_path / "a.wav").mkdir()

    with pytest.raises(OSError, match=r"a\.wav"):
        prepare_stimulus(clip, tmp_path / "a.wav", None, 16_000)

    assert not list(tmp_path.glob("*.part"))


def test_a_sound_beyond_full_scale_is_refused_and_not_clipped():
    with pytest.raises(SoundIsTooLoud, match=r"1\.200"):
        wav_bytes(tone(500, 0.1, 16_000, amplitude=1.2), 16_000)
