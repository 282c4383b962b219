"""The sound check: a sound whose beeps a listener counts. Their number stays on the server."""

import os
import secrets
import tempfile
from pathlib import Path

import soundfile
from django.conf import settings
from django.utils.crypto import salted_hmac

from listening_tests.models import Session
from listening_tests.sounds.beeps import BEEP_COUNTS, SAMPLE_RATE, beeps


def new_attempt() -> str:
    """Return a name for one try at the sound check."""
    return secrets.token_urlsafe(9)


def n_beeps(session: Session, attempt: str) -> int:
    """Return how many beeps one try plays: decided by the server's secret, so that no page has to carry it."""
    digest = salted_hmac("listening_tests.sound_check", f"{session.key}/{attempt}", algorithm="sha256").digest()
    return BEEP_COUNTS[digest[0] % len(BEEP_COUNTS)]


def beeps_file(count: int) -> Path:
    """Return the FLAC file with so many beeps, made when it is first asked for."""
    path = Path(settings.CLIPS_DIR, "sound-check", f"{count}.flac")
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two requests at once may both make it: each under a name of its own, and the last rename counts.
        descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(descriptor, "wb") as file:
            soundfile.write(file, beeps(count), SAMPLE_RATE, format="FLAC", subtype="PCM_16")
        Path(name).replace(path)
    return path
