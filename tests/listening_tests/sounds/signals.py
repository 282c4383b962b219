"""Sounds to measure by, and what is measured of them."""

import numpy


def tone(frequency, seconds, rate, amplitude=0.5):
    return amplitude * numpy.sin(2 * numpy.pi * frequency * numpy.arange(round(seconds * rate)) / rate)


def noise(seconds, rate, amplitude=0.1, seed=1):
    return amplitude * numpy.random.default_rng(seed).standard_normal(round(seconds * rate))


def level_db(samples):
    """Return the level of a sound [N] in dB, from its mean square."""
    return 10 * numpy.log10(numpy.mean(numpy.square(samples)))


def band_db(samples, rate, low, high):
    """Return the power of a sound [N] between two frequencies in dB per Hz, on any scale."""
    power = numpy.abs(numpy.fft.rfft(samples)) ** 2
    frequencies = numpy.fft.rfftfreq(len(samples), 1 / rate)
    return 10 * numpy.log10(power[(frequencies >= low) & (frequencies < high)].mean())
