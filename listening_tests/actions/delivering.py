"""What was sent to a listener's browser, by the server's own account."""

import hashlib
import logging
from datetime import datetime

from listening_tests.models import Presentation

logger = logging.getLogger(__name__)


def note_delivery(*, presentation: Presentation, now: datetime) -> None:
    """Store when a presentation's sound was first sent, and the SHA-256 of its file as it was then.

    The file is looked at, not the stimulus's row: should somebody have changed it, the rating tells.
    """
    if presentation.delivered_at is not None:
        return
    sha256 = hashlib.sha256(presentation.stimulus.audio_path.read_bytes()).hexdigest()
    if presentation.stimulus.sha256 not in ("", sha256):
        logger.error("The file of stimulus %s is not the one that was prepared.", presentation.stimulus_id)
    Presentation.objects.filter(pk=presentation.pk, delivered_at=None).update(delivered_at=now, delivered_sha256=sha256)
