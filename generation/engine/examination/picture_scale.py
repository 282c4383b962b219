"""What lies where on a picture of features: its duration, and the places of round frequencies."""

from typing import Any

import numpy
import torch

from generation.engine.features import FeatureConfig, filter_bank

TICKS_HZ = (200, 500, 1000, 2000, 3000, 5000, 7000)


def picture_scale(config: FeatureConfig) -> dict[str, Any]:
    """Give the seconds of a picture's width, and how far up, from 0 to 1, are round frequencies in Hz.

    A frequency lies where the mel bands' centres of gravity say.
    """
    bank = filter_bank(config, torch.device("cpu")).double().numpy()
    frequencies = numpy.linspace(0.0, config.sample_rate / 2, config.n_frequencies)
    weights = bank.sum(axis=1)
    centres = (bank @ frequencies)[weights > 0] / weights[weights > 0]
    # The middle of a band is half a band above its lower edge.
    heights = (numpy.arange(config.n_mels)[weights > 0] + 0.5) / config.n_mels
    within = [each for each in TICKS_HZ if centres[0] <= each <= centres[-1]]
    return {
        "seconds": config.duration,
        "ticks": [[round(float(numpy.interp(each, centres, heights)), 4), each] for each in within],
    }
