"""The ten digits as checks speak them."""

from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from listening_tests.sounds.speech import speak

DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class SpokenDigits:
    """A waveform [N] within ±1 of each digit, in one voice, and their sample rate."""

    waveforms: list[NDArray[numpy.float64]]
    sample_rate: int

    @property
    def slot_seconds(self) -> float:
        """The longest digit's length: with slots of that length a sound's length tells no digit."""
        return max(len(waveform) for waveform in self.waveforms) / self.sample_rate

    @property
    def voice(self) -> NDArray[numpy.float64]:
        """All digits after one another: what the voice's spectrum is measured on."""
        return numpy.concatenate(self.waveforms)


def spoken_digits(language: str) -> SpokenDigits:
    """Return the digits from 0 to 9 as spoken in a language. Raises SpeechFailed."""
    speech = speak(list(DIGITS), language=language)
    return SpokenDigits(speech.waveforms, speech.sample_rate)
