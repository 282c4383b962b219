"""Drawing for a page: figures on white, which read on dark pages too, sharp at 900 pixels of width."""

from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from generation.engine.whole_files import written_whole

WIDTH = 9.0
# Twice the pixels that a page shows.
DOTS_PER_INCH = 200
# Up to ten things differ in hue; up to twenty in hue and lightness; more only along the rainbow.
PALETTES = ((10, "tab10"), (20, "tab20"))

Colour = tuple[float, float, float, float]


def new_figure(height: float) -> Figure:
    """Make an empty white figure of the page's width and a height in inches."""
    return Figure(figsize=(WIDTH, height), dpi=DOTS_PER_INCH, facecolor="white", layout="constrained")


def save_png(figure: Figure, path: Path) -> None:
    """Write the figure, completely or not at all. Raises CannotBeWritten."""
    with written_whole(path) as file:
        # The name of the drawing library and its version would make other bytes of the same picture.
        figure.savefig(file, format="png", metadata={"Software": "Hearsay"})


def colours(count: int) -> list[Colour]:
    """Give colours that can be told apart as well as so many can."""
    for most, name in PALETTES:
        if count <= most:
            return [matplotlib.colormaps[name](index) for index in range(count)]
    return [matplotlib.colormaps["hsv"](index / count) for index in range(count)]
