"""One digest for one thing asked for."""

import hashlib
import json
from typing import Any


def request_digest(request: dict[str, Any]) -> str:
    """Return the SHA-256 of what is asked for, written as canonical JSON (sorted keys, no spaces, UTF-8)."""
    canonical = json.dumps(request, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
