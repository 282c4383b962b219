"""The pictures of an examination: a heat map of each network, maps of the codes, features of each word."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
import torch
from numpy.typing import NDArray

from generation.engine.examination.feature_pictures import draw_features
from generation.engine.examination.files import KEPT_ARRAYS, part_folder
from generation.engine.examination.heat_map import draw_heat_map
from generation.engine.examination.latent_map_pictures import MappedCodes, draw_talkers, draw_words
from generation.engine.examination.panel import Panel
from generation.engine.examination.search import Part

WORDS_MAP = "latent_map_words.png"
TALKERS_MAP = "latent_map_talkers.png"

Summary = Mapping[str, Any]


def draw(summary: Summary, panel: Panel, parts_folder: Path, folder: Path) -> dict[str, Any]:
    """Draw what a summary of parts says into the folder; name the files. Raises CannotBeWritten."""
    return {
        "heat_maps": _heat_maps(summary, panel, folder),
        "latent_maps": _latent_maps(summary, folder),
        "features": _features(summary["words"], panel, parts_folder, folder),
    }


def _heat_maps(summary: Summary, panel: Panel, folder: Path) -> dict[str, str]:
    files = {}
    for name, found in summary["confusion"].items():
        part = "climbed" if name in panel.climbed else "judge"
        files[name] = f"heat_map_{name}.png"
        title = f"{name} ({part})"
        draw_heat_map(found["scores"], summary["words"], summary["all_words"], title, folder / files[name])
    return files


def _latent_maps(summary: Summary, folder: Path) -> list[str]:
    """Draw the map of codes by word and by talker; none if there were too few codes to lay out."""
    points = summary["map"]
    if not points:
        return []
    recordings = [each for each in points if each["kind"] == "recordings"]
    shown = [
        _mapped("Test recordings", recordings),
        _mapped("Maximised codes", [each for each in points if each["kind"] == "after"]),
    ]
    starts = _places([each for each in points if each["kind"] == "before"])
    draw_words(shown, starts, summary["words"], folder / WORDS_MAP)
    draw_talkers(shown[0].points, [each["talker"] for each in recordings], folder / TALKERS_MAP)
    return [WORDS_MAP, TALKERS_MAP]


def _mapped(title: str, points: Sequence[Summary]) -> MappedCodes:
    words, is_agreed = (tuple(each[name] for each in points) for name in ("word", "is_agreed"))
    return MappedCodes(title, _places(points), words, is_agreed)


def _places(points: Sequence[Summary]) -> NDArray[numpy.float64]:
    return numpy.array([[each["x"], each["y"]] for each in points], dtype=numpy.float64)


def _features(words: Sequence[str], panel: Panel, parts_folder: Path, folder: Path) -> dict[str, str]:
    """Draw the first code of each word, whatever came of it."""
    files = {}
    for word in words:
        files[word] = f"features_{word}.png"
        with numpy.load(part_folder(parts_folder, Part(word, 0, 0)) / KEPT_ARRAYS, allow_pickle=False) as arrays:
            start, found = (torch.from_numpy(arrays[name][0]) for name in ("begun", "features"))
        draw_features(start, found, word, panel.feature_set.config, folder / files[word])
    return files
