"""Pictures of features, as one sees spectrograms: time to the right, frequency upwards, loud is bright."""

from pathlib import Path

import numpy
from matplotlib.image import imsave
from torch import Tensor

from generation.engine.whole_files import written_whole

# Pixels across one cell: 90 x 80 cells become 360 x 320 pixels.
CELL = 4
COLOURS = "magma"


def write_png(features: Tensor, path: Path) -> None:
    """Write features [M, T] in [0, 1] as a PNG picture; the same features give the same bytes.

    Raises CannotBeWritten.
    """
    cells = features.detach().cpu().clamp(0.0, 1.0).numpy().repeat(CELL, axis=0).repeat(CELL, axis=1)
    with written_whole(path) as file:
        imsave(
            file, numpy.ascontiguousarray(cells), cmap=COLOURS, vmin=0.0, vmax=1.0, origin="lower", format="png",
            metadata={"Software": "Hearsay"},
        )  # fmt: skip
