"""Noise of a wanted spectrum and level."""

import numpy
from numpy.typing import NDArray

# Width of the spectrum's bands, in Hz: fine enough for formants, too coarse for a voice's harmonics.
BAND_HZ = 100.0


class SoundHasNoLevel(ValueError):
    """A sound is silent, so that no noise can lie a number of decibels below it."""


def root_mean_square(sound: NDArray[numpy.float64]) -> float:
    """Return the long-term level of a sound [N], of full scale."""
    return float(numpy.sqrt(numpy.mean(numpy.square(sound))))


def shaped_like(
    sound: NDArray[numpy.float64], rate: int, length: int, generator: numpy.random.Generator
) -> NDArray[numpy.float64]:
    """Return noise [length] with the long-term spectrum of a sound [N] and its root mean square.

    White noise is filtered by the sound's amplitude spectrum, averaged in power over bands of 100 Hz.
    Raises SoundHasNoLevel.
    """
    _check_sounds(sound)
    power = numpy.abs(numpy.fft.rfft(sound)) ** 2
    frequencies = numpy.fft.rfftfreq(len(sound), 1 / rate)
    width = max(1, round(BAND_HZ * len(sound) / rate))
    smooth = numpy.convolve(numpy.pad(power, width, mode="reflect"), numpy.ones(width) / width, "same")[width:-width]
    spectrum = numpy.fft.rfft(generator.standard_normal(length))
    wanted = numpy.interp(numpy.fft.rfftfreq(length, 1 / rate), frequencies, numpy.sqrt(smooth))
    noise = numpy.asarray(numpy.fft.irfft(spectrum * wanted, length))
    return noise * (root_mean_square(sound) / root_mean_square(noise))


def below(sound: NDArray[numpy.float64], noise: NDArray[numpy.float64], snr_db: float) -> NDArray[numpy.float64]:
    """Return a noise [M] scaled to lie so many decibels below a sound [N], in root mean squares over their lengths.

    Raises SoundHasNoLevel.
    """
    _check_sounds(sound)
    return noise * (root_mean_square(sound) / root_mean_square(noise) * 10 ** (-snr_db / 20))


def _check_sounds(sound: NDArray[numpy.float64]) -> None:
    if not numpy.any(sound):
        raise SoundHasNoLevel("The sound is silent: give one that can be heard.")
