"""Preparing a clip for listeners: one loudness, one length, one plain format, so that no file tells what it is."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy
import soundfile
from numpy.typing import NDArray

from listening_tests.sounds.loudness import Levelled, SoundIsSilent, normalise, resample
from listening_tests.sounds.wav_file import wav_bytes, write_whole

Samples = NDArray[numpy.float64]
# From a mono sound [N] and its rate to another of the same rate.
Treatment = Callable[[Samples, int], Samples]


class SoundIsTooLong(ValueError):
    """A sound is longer than what it shall be padded to."""


@dataclass(frozen=True)
class Prepared:
    """A file that is ready for listeners; `gain_db` is what loudness normalisation added."""

    path: Path
    sha256: str
    gain_db: float
    seconds: float
    sample_rate: int


def prepare_stimulus(
    source: Path, target: Path, seconds: float | None, rate: int, *, treat: Treatment | None = None
) -> Prepared:
    """Write a clip's file as listeners hear it: see prepare_sound.

    `treat` changes the sound first, at the new rate: an anchor's filter. Raises SoundIsTooLong, and soundfile's
    LibsndfileError if the source cannot be read.
    """
    sound = read_mono(source, rate)
    return prepare_sound(treat(sound, rate) if treat else sound, target, seconds, rate)


def prepare_sound(sound: Samples, target: Path, seconds: float | None, rate: int) -> Prepared:
    """Write a sound [N] as listeners hear it: loudness-normalised, 16-bit PCM, padded with silence to `seconds`.

    The same input gives the same bytes. A silent sound stays as it is, with a gain of 0 dB: what a system has to offer
    is what listeners judge. Raises SoundIsTooLong.
    """
    length = len(sound) if seconds is None else ceil(seconds * rate)
    if len(sound) > length:
        raise SoundIsTooLong(
            f"The sound for {target} lasts {len(sound) / rate:.3f} s: pad it to that at least, not to {seconds} s."
        )
    levelled = _levelled(sound, rate)
    padded = numpy.pad(levelled.samples, (0, length - len(sound)))
    sha256 = write_whole(target, wav_bytes(padded, rate))
    return Prepared(target, sha256, round(levelled.gain_db, 3), length / rate, rate)


def read_mono(source: Path, rate: int) -> Samples:
    """Return a file's sound [N] at a rate, its channels averaged. Raises soundfile's LibsndfileError."""
    samples, own_rate = soundfile.read(source, always_2d=True)
    return resample(samples.mean(axis=1), own_rate, rate)


def _levelled(sound: Samples, rate: int) -> Levelled:
    try:
        return normalise(sound, rate)
    except SoundIsSilent:
        return Levelled(sound, 0.0)
