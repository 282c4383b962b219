"""The sound check: a sound whose beeps a listener counts. Their number stays on the server."""

import os
import secrets
import tempfile
from pathlib import Path

import numpy
import soundfile
from django.conf import settings
from django.utils.crypto import salted_hmac

from listening_tests.models import Session

BEEP_COUNTS = (2, 3, 4)
SAMPLE_RATE = 16_000
# Every sound has room for the most beeps, so its length does not give the number away.
BEEP_SECONDS, GAP_SECONDS, EDGE_SECONDS = 0.32, 0.3, 0.2


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


def beeps(count: int) -> numpy.ndarray:
    """Return soft beeps of two tones a fifth apart, at about -23 dB of full scale: [N] samples within ±1."""
    most = max(BEEP_COUNTS)
    seconds = 2 * EDGE_SECONDS + most * BEEP_SECONDS + (most - 1) * GAP_SECONDS
    waveform = numpy.zeros(round(seconds * SAMPLE_RATE))
    time = numpy.arange(round(BEEP_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    # A raised cosine: a beep that fades in and out does not click.
    fade = 0.5 - 0.5 * numpy.cos(2 * numpy.pi * time / BEEP_SECONDS)
    beep = 0.16 * fade * (numpy.sin(2 * numpy.pi * 440 * time) + 0.6 * numpy.sin(2 * numpy.pi * 660 * time))
    for number in range(count):
        start = round((EDGE_SECONDS + number * (BEEP_SECONDS + GAP_SECONDS)) * SAMPLE_RATE)
        waveform[start : start + len(beep)] = beep
    return waveform
