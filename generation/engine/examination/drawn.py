"""An examination's figures as files: those that its page shows."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generation.engine.examination.files import part_folder
from generation.engine.examination.panel import Panel
from generation.engine.examination.search import Part
from generation.engine.whole_files import written_whole
from generation.figures.code_map import code_map
from generation.figures.feature_pictures import PICTURES, feature_pictures
from generation.figures.heat_map import heat_map
from generation.figures.svg import Figure

Summary = Mapping[str, Any]


def draw(summary: Summary, panel: Panel, parts_folder: Path, folder: Path) -> dict[str, Any]:
    """Draw what a summary of parts says into the folder; name the files. Raises CannotBeWritten."""
    maps = [code_map(summary["map"], by) for by in ("word", "talker")] if summary["map"] else []
    return {
        "heat_maps": {
            name: _keep(_heat_map(name, summary, panel), folder, f"heat_map_{name}") for name in summary["confusion"]
        },
        "latent_maps": [
            _keep(figure, folder, f"latent_map_{by}") for figure, by in zip(maps, ("words", "talkers"), strict=False)
        ],
        "features": {
            word: _keep(_features(word, summary, parts_folder), folder, f"features_{word}") for word in summary["words"]
        },
    }


def _keep(figure: Figure, folder: Path, name: str) -> str:
    with written_whole(folder / f"{name}.svg") as file:
        file.write(figure.document().encode())
    return f"{name}.svg"


def _heat_map(name: str, summary: Summary, panel: Panel) -> Figure:
    part = "climbed" if name in panel.climbed else "judge"
    scores = summary["confusion"][name]["scores"]
    return heat_map(f"{name} ({part})", summary["words"], summary["all_words"], scores)


def _features(word: str, summary: Summary, parts_folder: Path) -> Figure:
    """Draw the first code of a word, whatever came of it."""
    place = part_folder(parts_folder, Part(word, 0, 0))
    images = {kind: _as_address((place / f"{kind}-0.png").read_bytes()) for kind in PICTURES}
    return feature_pictures(word, images, summary["picture"])


def _as_address(png: bytes) -> str:
    """Put a picture into an address, so that the figure is one file."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
