"""A copy of a sound of which nobody can tell by its bytes which other sound it is a copy of.

Some samples are moved by one step of the last of 16 bits, by lot. The noise is white, has no mean and does not depend
on the sound; its power is an eighth of a step squared, 96 dB below a full-scale sine. Together with the rounding error
of the file itself (a twelfth) that is less than a file has that was dithered as textbooks advise (a quarter: Lipshitz,
Wannamaker and Vanderkooy 1992, J. Audio Eng. Soc. 40: 355). No sample moves in time, and the file keeps its length.
"""

import io

import numpy
import soundfile
from numpy.typing import NDArray

from listening_tests.sounds.wav_file import pcm_bytes

# Of 256 equally likely draws so many move a sample up, and as many move it down: a sixteenth each.
MOVED = 16
LOWEST, HIGHEST = -32_768, 32_767


def own_copy(file: bytes, seed: int) -> bytes:
    """Return a sound file's sound as a WAV file of 16-bit PCM that is its own for each seed: same seed, same bytes.

    Raises soundfile's LibsndfileError if the file is no sound.
    """
    samples, rate = soundfile.read(io.BytesIO(file), dtype="int16")
    return pcm_bytes(with_last_place_noise(samples, seed), rate)


def with_last_place_noise(samples: NDArray[numpy.int16], seed: int) -> NDArray[numpy.int16]:
    """Return a sound, [N] or [N, C], with the noise of a seed; what is at full scale stays there."""
    draws = numpy.random.default_rng(seed).integers(0, 256, samples.shape, dtype=numpy.uint8)
    noise = (draws < MOVED).astype(numpy.int32) - (draws >= 256 - MOVED)
    return (samples + noise).clip(LOWEST, HIGHEST).astype(numpy.int16)
