"""Sound files of which nothing but the sound can be told: 16-bit PCM with the plainest of headers."""

import hashlib
import io
import os
import tempfile
from pathlib import Path

import numpy
import soundfile
from numpy.typing import NDArray

FULL_SCALE = 32_767


class SoundIsTooLoud(ValueError):
    """A sound goes beyond full scale: written to a file, it would be clipped."""


def wav_bytes(samples: NDArray[numpy.float64], rate: int) -> bytes:
    """Return a sound, [N] or [N, C] within ±1, as a WAV file: same sound, same bytes. Raises SoundIsTooLoud."""
    peak = numpy.abs(samples).max(initial=0.0)
    if peak > 1:
        raise SoundIsTooLoud(f"The sound's peak is {peak:.3f} of full scale: make it softer before it is written.")
    return pcm_bytes((samples * FULL_SCALE).round().astype(numpy.int16), rate)


def pcm_bytes(samples: NDArray[numpy.int16], rate: int) -> bytes:
    """Return whole samples, [N] or [N, C], as a WAV file: same samples, same bytes."""
    encoded = io.BytesIO()
    soundfile.write(encoded, samples, rate, format="WAV", subtype="PCM_16")
    return encoded.getvalue()


def write_whole(path: Path, content: bytes) -> str:
    """Write a file that is there as a whole or not at all, its folder too; return its SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two processes may write the same file at once: each under a name of its own, and the last rename counts.
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return hashlib.sha256(content).hexdigest()
