"""What is sent to a listener's browser: a copy of its own of each sound, by the server's own account."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.crypto import salted_hmac
from soundfile import LibsndfileError

from listening_tests.models import Presentation
from listening_tests.sounds.own_copy import own_copy

logger = logging.getLogger(__name__)


class SoundCannotBeSent(Exception):
    """A sound's file is gone or is no sound."""


@dataclass(frozen=True)
class OwnCopy:
    """A WAV file for one playing of a sound, and the SHA-256 of the sound's file as it was read for it."""

    content: bytes
    file_sha256: str


def copy_for(presentation: Presentation) -> OwnCopy:
    """Return what a presentation's listener gets. Raises SoundCannotBeSent."""
    return copy_of(presentation.stimulus.audio_path, presentation.key)


def copy_of(path: Path, key: str) -> OwnCopy:
    """Return a copy of a sound's file: always the same for a key, and never what another key gives.

    Raises SoundCannotBeSent.
    """
    try:
        file = path.read_bytes()
        return OwnCopy(own_copy(file, _seed(key)), hashlib.sha256(file).hexdigest())
    except (FileNotFoundError, LibsndfileError) as error:
        raise SoundCannotBeSent(f"{path} cannot be read: restore HEARSAY_CLIPS from its backup. {error}") from error


def note_delivery(*, presentation: Presentation, sent: OwnCopy, now: datetime) -> None:
    """Store when a presentation's sound was first sent, the SHA-256 of its bytes and that of the stimulus's file.

    The file is looked at, not the stimulus's row: should somebody have changed it, the rating tells.
    """
    if presentation.delivered_at is not None:
        return
    if presentation.stimulus.sha256 not in ("", sent.file_sha256):
        logger.error("The file of stimulus %s is not the one that was prepared.", presentation.stimulus_id)
    Presentation.objects.filter(pk=presentation.pk, delivered_at=None).update(
        delivered_at=now,
        delivered_sha256=hashlib.sha256(sent.content).hexdigest(),
        file_sha256=sent.file_sha256,
    )


def _seed(key: str) -> int:
    """Return a seed that takes the server's secret: the key stands in the sound's address, for everybody to see."""
    digest = salted_hmac("listening_tests.delivering", key, algorithm="sha256").digest()
    return int.from_bytes(digest, "big")
