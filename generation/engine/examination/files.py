"""The files of a part of an examination: counts, and of a word's first codes sounds, pictures and arrays."""

import json
from pathlib import Path
from typing import Any

import numpy
import soundfile
from matplotlib.image import imsave
from torch import Tensor

from generation.engine.corpora.layout import Recording
from generation.engine.corpora.recordings import read_waveform
from generation.engine.examination.measures import Measured, measure
from generation.engine.examination.panel import Panel
from generation.engine.examination.search import Kept, Part, Searched, search
from generation.engine.level import set_level
from generation.engine.progress import Progress
from generation.engine.spectrogram import CELL, write_png
from generation.engine.whole_files import CannotBeWritten, folder_written_whole
from generation.figures.feature_pictures import DIFFERENCE, MAXIMISED, ORIGINAL

FINDINGS = "findings.json"
KEPT_ARRAYS = "kept.npz"
# So many of a word's kept codes are shown with pictures and players.
SHOWN = 4
DIFFERENCE_COLOURS = "RdBu_r"


def part_folder(folder: Path, part: Part) -> Path:
    """Give the folder of a part below that of its examination."""
    return folder / f"{part.word}-{part.first}"


def examine_part(part: Part, panel: Panel, seed: int, folder: Path, progress: Progress) -> dict[str, Any]:
    """Search and measure a part and write its folder, unless an earlier attempt wrote it; give its findings.

    The same part and seed give the same findings, so that it does not matter whose folder is there first.
    Raises CannotBeWritten and what `search` and `measure` raise.
    """
    place = part_folder(folder, part)
    if not (place / FINDINGS).exists():
        searched = search(part, panel, seed, progress)
        try:
            _write(place, part, searched, panel)
        except CannotBeWritten:
            # Another worker may have finished the same part meanwhile, with the same findings.
            if not (place / FINDINGS).exists():
                raise
    return read_findings(place)


def _write(place: Path, part: Part, searched: Searched, panel: Panel) -> None:
    """Write what was found of a part, with the arrays, pictures and sounds of the codes kept."""
    findings: dict[str, Any] = {**vars(part), **searched.as_dict()}
    with folder_written_whole(place) as aside:
        if searched.kept is not None:
            measured = measure(part.word, searched.kept, panel)
            findings |= {"measures": measured.numbers, "shown": _show(searched.kept, measured, panel, aside)}
            _write_arrays(searched.kept, measured, aside / KEPT_ARRAYS)
        (aside / FINDINGS).write_text(json.dumps(findings, allow_nan=False), encoding="utf-8")


def read_findings(place: Path) -> dict[str, Any]:
    """Read what was found of a part."""
    found: dict[str, Any] = json.loads((place / FINDINGS).read_text(encoding="utf-8"))
    return found


def _show(kept: Kept, measured: Measured, panel: Panel, folder: Path) -> list[dict[str, Any]]:
    """Write sounds and pictures of the first kept codes and of their nearest recordings; list them."""
    rate = panel.feature_set.config.sample_rate
    shown = []
    for number in range(min(SHOWN, len(kept.features))):
        neighbour = measured.neighbours[number]
        recording = panel.feature_set.recordings[neighbour.row]
        write_png(kept.begun[number], folder / f"{ORIGINAL}-{number}.png")
        write_png(kept.features[number], folder / f"{MAXIMISED}-{number}.png")
        write_difference_png(kept.features[number], kept.begun[number], folder / f"{DIFFERENCE}-{number}.png")
        _write_flac(measured.sounds[number], rate, folder / f"maximised-{number}.flac")
        _write_flac(read_waveform(recording.path, rate), rate, folder / f"nearest-{number}.flac")
        shown.append(
            {
                "number": number,
                "is_agreed": bool(kept.is_agreed[number]),
                "nearest": _described(recording),
                "distance": neighbour.distance,
                "decibels": neighbour.decibels,
            }
        )
    return shown


def _described(recording: Recording) -> dict[str, Any]:
    return {"word": recording.word, "talker": recording.talker, "take": recording.take, "file": recording.path.name}


def write_difference_png(features: Tensor, others: Tensor, path: Path) -> None:
    """Write features [M, T] less others [M, T] as a picture: red where they are louder, blue where softer."""
    cells = (features.clamp(0.0, 1.0) - others.clamp(0.0, 1.0)).numpy().repeat(CELL, axis=0).repeat(CELL, axis=1)
    imsave(
        path, numpy.ascontiguousarray(cells), cmap=DIFFERENCE_COLOURS, vmin=-1.0, vmax=1.0, origin="lower",
        format="png", metadata={"Software": "Hearsay"},
    )  # fmt: skip


def _write_flac(waveform: Tensor, rate: int, path: Path) -> None:
    soundfile.write(path, set_level(waveform, rate).waveform.numpy(), rate, format="FLAC", subtype="PCM_16")


def _write_arrays(kept: Kept, measured: Measured, path: Path) -> None:
    numpy.savez(
        path, begun=kept.begun.numpy(), features=kept.features.numpy(), before=kept.codes_before.numpy(),
        after=kept.codes_after.numpy(), recordings=measured.codes.numpy(), rows=numpy.array(measured.rows),
        after_agreed=kept.is_agreed.numpy(), recordings_agreed=measured.is_agreed.numpy(),
    )  # fmt: skip
