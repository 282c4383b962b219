"""Reading one recording: any sample rate, length, bit depth and number of channels that WAV or FLAC can hold."""

import io
from functools import lru_cache
from pathlib import Path

import numpy
import soundfile
import torch
from torch import Tensor
from torchaudio.transforms import Resample

from generation.engine.features import SILENCE


class RecordingIsBroken(ValueError):
    """A recording cannot be used."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} {reason}: mend it, or leave it out.")
        self.reason = reason


def read_waveform(path: Path, sample_rate: int) -> Tensor:
    """Read a recording as waveform [N] at the sample rate, its channels mixed down. Raises RecordingIsBroken."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RecordingIsBroken(str(path), f"cannot be read ({error.strerror})") from error
    waveform, recorded_rate = decode(content, str(path))
    resampled: Tensor = _resampler(recorded_rate, sample_rate)(waveform)
    return resampled


def decode(content: bytes, name: str) -> tuple[Tensor, int]:
    """Decode a file's content into waveform [N] in [-1, 1] and its sample rate.

    Raises RecordingIsBroken if it is no audio, is empty or silent, or holds values that are not numbers.
    """
    try:
        samples, sample_rate = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise RecordingIsBroken(name, f"is no readable audio ({error.error_string})") from error
    if not len(samples):
        raise RecordingIsBroken(name, "is empty")
    mixed = samples.mean(axis=1)
    if not numpy.isfinite(mixed).all():
        raise RecordingIsBroken(name, "holds values that are not numbers")
    if numpy.abs(mixed).max() < SILENCE:
        raise RecordingIsBroken(name, "is silent")
    return torch.from_numpy(mixed), int(sample_rate)


@lru_cache(maxsize=16)
def _resampler(recorded_rate: int, sample_rate: int) -> Resample:
    return Resample(recorded_rate, sample_rate)
