"""Reading recordings of every shape."""

import numpy
import pytest
import soundfile
import torch

from generation.engine.corpora.recordings import RecordingIsBroken, read_waveform


def tone(rate, seconds=0.5):
    return 0.4 * numpy.sin(2 * numpy.pi * 440 * numpy.arange(int(rate * seconds)) / rate)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
def test_any_sample_rate_is_brought_to_the_one_asked_for(tmp_path, rate):
    soundfile.write(tmp_path / "tone.wav", tone(rate), rate)

    waveform = read_waveform(tmp_path / "tone.wav", 16000)

    assert len(waveform) == 8000
    assert waveform[1000:7000].abs().max() == pytest.approx(0.4, abs=0.01)
    assert waveform[1000:7000].numpy() == pytest.approx(tone(16000)[1000:7000], abs=0.01)


@pytest.mark.parametrize(
    ("name", "subtype"),
    [
        ("tone.wav", "PCM_U8"),
        ("tone.wav", "PCM_16"),
        ("tone.wav", "PCM_24"),
        ("tone.wav", "PCM_32"),
        ("tone.wav", "FLOAT"),
        ("tone.WAV", "DOUBLE"),
        ("tone.flac", "PCM_16"),
        ("tone.flac", "PCM_24"),
    ],
)
def test_any_bit_depth_of_wav_and_flac_is_read(tmp_path, name, subtype):
    soundfile.write(tmp_path / name, tone(8000), 8000, subtype=subtype)

    waveform = read_waveform(tmp_path / name, 8000)

    assert waveform.dtype == torch.float32
    assert waveform.numpy() == pytest.approx(tone(8000), abs=0.01)


def test_stereo_is_mixed_down(tmp_path):
    soundfile.write(tmp_path / "both.wav", numpy.stack([tone(8000), 0 * tone(8000)], axis=1), 8000)

    waveform = read_waveform(tmp_path / "both.wav", 8000)

    assert waveform.numpy() == pytest.approx(tone(8000) / 2, abs=0.001)


def test_a_file_that_is_gone_is_refused_with_its_path(tmp_path):
    with pytest.raises(RecordingIsBroken, match=r"gone\.wav cannot be read"):
        read_waveform(tmp_path / "gone.wav", 8000)


def test_a_truncated_flac_file_is_refused(tmp_path):
    path = tmp_path / "half.flac"
    soundfile.write(path, numpy.random.default_rng(1).uniform(-0.5, 0.5, 40000), 8000)
    path.write_bytes(path.read_bytes()[:30000])

    with pytest.raises(RecordingIsBroken, match=r"half\.flac"):
        read_waveform(path, 8000)
