"""Speech for screenings, spoken by the synthesiser behind generation's `speak` command and kept.

Its library is GPL-3.0 and runs in a process of its own, which only generation's commands start.
"""

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy
import soundfile
from django.conf import settings
from django.core.management import CommandError, call_command
from numpy.typing import NDArray

from listening_tests.sounds.wav_file import write_whole

FOLDER = "speech"
# Raise it whenever the same words would be spoken otherwise.
DEFINITION = 1
SEED = 1
# Where the synthesiser's name for a language is not the one that pages use.
VOICES = {"en": "en-us", "zh-hans": "cmn", "zh-hant": "cmn", "nb": "no"}


class SpeechFailed(RuntimeError):
    """The synthesiser does not speak the language or the words."""


@dataclass(frozen=True)
class Speech:
    """Spoken texts: a waveform [N] within ±1 without pauses for each, and their sample rate."""

    waveforms: list[NDArray[numpy.float64]]
    sample_rate: int


def speak(texts: list[str], *, language: str) -> Speech:
    """Return texts as spoken in a language, such as "fi"; spoken once, then read from where clips are kept.

    The same texts give the same samples. Raises SpeechFailed.
    """
    wanted = json.dumps([DEFINITION, SEED, language, texts])
    folder = Path(settings.CLIPS_DIR, FOLDER, hashlib.sha256(wanted.encode()).hexdigest()[:32])
    paths = [folder / f"{number}.wav" for number in range(len(texts))]
    if not all(path.is_file() for path in paths):
        _speak_into(folder, texts, VOICES.get(language, language))
    read = [soundfile.read(path) for path in paths]
    return Speech([waveform for waveform, _rate in read], int(read[0][1]))


def _speak_into(folder: Path, texts: list[str], voice: str) -> None:
    """Have texts spoken elsewhere and brought over file by file, so that nobody reads half of one."""
    with TemporaryDirectory() as scratch:
        try:
            call_command("speak", *texts, voice=voice, seed=SEED, folder=Path(scratch), stdout=io.StringIO())
        except CommandError as error:
            raise SpeechFailed(f"{texts} cannot be spoken in the voice {voice!r}: {error}") from error
        for number in range(len(texts)):
            write_whole(folder / f"{number}.wav", Path(scratch, f"{number}.wav").read_bytes())
