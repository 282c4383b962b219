"""How Prolific signs what it tells us unasked.

Source: docs.prolific.com, "Webhooks: verifying": base64 of HMAC-SHA256 over the timestamp and the body as it came.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

# Retries are signed anew, so an old signature is a copy of an earlier message.
LONGEST_AGE = timedelta(minutes=5)
LONGEST_TIMESTAMP = 11  # Digits of seconds since 1970.


class SignatureIsWrong(Exception):
    """A message does not come from Prolific, or was sent too long ago."""


def sign(*, secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a message."""
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def check_signature(*, secret: str, timestamp: str, body: bytes, signature: str, now: datetime) -> None:
    """Raise SignatureIsWrong unless Prolific signed the message just now. The comparison takes the same time always."""
    expected = sign(secret=secret, timestamp=timestamp, body=body)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise SignatureIsWrong("The signature is not that of the secret we share with Prolific.")
    is_time = timestamp.isdecimal() and len(timestamp) <= LONGEST_TIMESTAMP
    if not is_time or abs(now.timestamp() - int(timestamp)) > LONGEST_AGE.total_seconds():
        raise SignatureIsWrong(f"The message was signed at {timestamp[:20]}, which is not now: set the clock right.")
