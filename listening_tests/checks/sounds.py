"""The files of the sounds that checks play, made when they are first asked for."""

import hashlib
import json
import random
from pathlib import Path

from django.conf import settings

from listening_tests.checks.items import Facts
from listening_tests.screening import ListeningCheck
from listening_tests.sounds.wav_file import wav_bytes, write_whole


def check_sound_file(check: ListeningCheck, facts: Facts, number: int) -> Path:
    """Return the WAV file of one of an item's sounds; items alike share it. Raises SoundDoesNotExist."""
    names = check.ask(facts).sounds
    if not 0 <= number < len(names):
        raise SoundDoesNotExist(f"The item has {len(names)} sounds, and none with the number {number}.")
    path = Path(settings.CLIPS_DIR, "checks", f"{_digest(check, facts, number)}.wav")
    if not path.is_file():
        sound = check.sound(facts, number)
        write_whole(path, wav_bytes(sound.waveform, sound.sample_rate))
    return path


class SoundDoesNotExist(LookupError):
    """An item has fewer sounds than were asked for."""


def make_example_sounds(check: ListeningCheck) -> None:
    """Make the sounds of one attempt, so that a voice that is missing is missed before listeners come.

    Speech is kept, so nobody has to wait for it later. Raises SpeechFailed.
    """
    for facts in check.items(random.Random(0)):
        for number in range(len(check.ask(facts).sounds)):
            check_sound_file(check, facts, number)


def _digest(check: ListeningCheck, facts: Facts, number: int) -> str:
    """Return the SHA-256 of all that decides the sound."""
    told = json.dumps([check.model_dump(mode="json"), dict(facts), number], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
