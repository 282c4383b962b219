"""Features before and after a search, and their difference, side by side (Figure 2 of Soomro et al. 2019)."""

from pathlib import Path

import numpy
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray
from torch import Tensor

from generation.engine.examination.pictures import new_figure, save_png
from generation.engine.features import FeatureConfig, filter_bank

TICKS_HZ = (200, 500, 1000, 2000, 3000, 5000, 7000)


def draw_features(start: Tensor, maximised: Tensor, word: str, config: FeatureConfig, path: Path) -> None:
    """Draw a search's start and what it found (features [M, T]) and their difference. Raises CannotBeWritten."""
    before, after = (each.detach().cpu().clamp(0.0, 1.0).numpy() for each in (start, maximised))
    figure = new_figure(3.6)
    first, second, third = figure.subplots(1, 3, sharex=True, sharey=True)
    shown = [
        (first, before, "start", "magma", (0.0, 1.0)),
        (second, after, f"maximised for “{word}”", "magma", (0.0, 1.0)),
        (third, after - before, "difference", "RdBu_r", (-1.0, 1.0)),
    ]
    images = [_draw(axes, values, title, colours, limits, config) for axes, values, title, colours, limits in shown]
    first.set_yticks(*frequency_ticks(config))
    first.set_ylabel("frequency (Hz)")
    _add_scale(figure, images[1], [first, second], f"features (0 to 1: {config.range_db:.0f} dB)")
    _add_scale(figure, images[2], [third], "change")
    save_png(figure, path)


def _draw(
    axes: Axes, values: NDArray[numpy.float32], title: str, colours: str, limits: tuple[float, float],
    config: FeatureConfig,
) -> AxesImage:  # fmt: skip
    axes.set_title(title)
    axes.set_xlabel("time (s)")
    low, high = limits
    extent = (0.0, config.duration, -0.5, config.n_mels - 0.5)
    return axes.imshow(values, cmap=colours, vmin=low, vmax=high, origin="lower", aspect="auto", extent=extent)


def _add_scale(figure: Figure, image: AxesImage, frames: list[Axes], label: str) -> None:
    shrink = 0.9 / len(frames)
    figure.colorbar(image, ax=frames, label=label, location="bottom", shrink=shrink, aspect=18)


def frequency_ticks(config: FeatureConfig) -> tuple[list[float], list[str]]:
    """Give the places of round frequencies among the mel bands, by the bands' centres of gravity."""
    bank = filter_bank(config, torch.device("cpu")).double().numpy()
    frequencies = numpy.linspace(0.0, config.sample_rate / 2, config.n_frequencies)
    weights = bank.sum(axis=1)
    centres = (bank @ frequencies)[weights > 0] / weights[weights > 0]
    bands = numpy.arange(config.n_mels)[weights > 0]
    within = [each for each in TICKS_HZ if centres[0] <= each <= centres[-1]]
    return [float(numpy.interp(each, centres, bands)) for each in within], [str(each) for each in within]
