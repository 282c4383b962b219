"""What a network hears in sounds meant as each word (Figure 5 of Soomro et al. 2019)."""

from collections.abc import Sequence
from pathlib import Path

import numpy
from matplotlib.axes import Axes
from numpy.typing import NDArray

from generation.engine.examination.pictures import WIDTH, new_figure, save_png

# So many words leave room for a number in each cell.
MOST_NUMBERED = 12
# Inches of the figure's width that words and the colour scale take.
MARGIN = 2.0


def draw_heat_map(
    probabilities: Sequence[Sequence[float]], words: Sequence[str], classes: Sequence[str], title: str, path: Path
) -> None:
    """Draw the mean probability of each class (column) for the sounds of each word (row). Raises CannotBeWritten."""
    values = numpy.array(probabilities, dtype=numpy.float64)
    cell = (WIDTH - MARGIN) / len(classes)
    figure = new_figure(max(2.0, cell * len(words) + 1.6))
    axes = figure.subplots()
    image = axes.imshow(values, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
    size = 10 if len(classes) <= MOST_NUMBERED else 8
    axes.set_xticks(range(len(classes)), classes, rotation=45 if len(classes) <= MOST_NUMBERED else 90, fontsize=size)
    axes.set_yticks(range(len(words)), words, fontsize=size)
    axes.set_xlabel("word heard")
    axes.set_ylabel("word meant")
    axes.set_title(title)
    if len(classes) <= MOST_NUMBERED:
        _number_cells(axes, values)
    figure.colorbar(image, ax=axes, label="mean probability", fraction=0.04, pad=0.02)
    save_png(figure, path)


def _number_cells(axes: Axes, values: NDArray[numpy.float64]) -> None:
    for (row, column), value in numpy.ndenumerate(values):
        ink = "white" if value > 0.5 else "black"
        axes.text(column, row, f"{value:.2f}", ha="center", va="center", color=ink, fontsize=9)
