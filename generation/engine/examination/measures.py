"""Objective measures of the kept codes of a word, beside the same measures of real recordings of it."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from generation.engine.corpora.splits import Split
from generation.engine.distances import log_mel_distance, mean_pairwise_distance, nearest_recordings
from generation.engine.examination.copy_synthesis import compare_copies
from generation.engine.examination.panel import Panel
from generation.engine.examination.search import KEPT, Kept
from generation.engine.examination.tallies import Tally
from generation.engine.materials import rows_of_test_recordings
from generation.engine.vocoder import load_vocoder

VOCODER = "griffin_lim"


@dataclass(frozen=True)
class Neighbour:
    """The nearest training recording: its row, and how far it is: root mean square of features, and dB of log-mel."""

    row: int
    distance: float
    decibels: float


@dataclass(frozen=True)
class Measured:
    """What was measured, as plain data, and what it was measured on.

    sounds: waveforms [B, N] of the kept codes. recordings: rows of the test recordings beside them. codes: theirs
    [R, D]. is_agreed: which of them [R] the panel agrees on. neighbours: of each kept code.
    """

    numbers: dict[str, Any]
    sounds: Tensor
    rows: list[int]
    codes: Tensor
    is_agreed: Tensor
    neighbours: list[Neighbour]


def measure(word: str, kept: Kept, panel: Panel) -> Measured:
    """Measure the kept codes of a word, on features and as sound, and as many of its test recordings.

    Raises what the vocoder, `judge_audio` and `read_waveform` raise.
    """
    feature_set = panel.feature_set
    target = feature_set.words.index(word)
    rows = rows_of_test_recordings(feature_set, word)[:KEPT]
    real = feature_set.features[rows]
    vocode = load_vocoder(VOCODER, feature_set.config, None, panel.device)
    sounds = vocode(kept.features.clamp(0.0, 1.0).to(panel.device), seeds=[0] * len(kept.features))
    copies = vocode(real.to(panel.device), seeds=[0] * len(rows))
    heard = panel.hear_features(real)
    neighbours = _nearest_in_training(kept.features, panel)
    numbers = {
        "maximised": _likeness(kept.features, neighbours),
        "recordings": _likeness(real, _nearest_in_training(real, panel)),
        "heard": {
            "maximised_audio": _counted(panel.hear_audio(sounds), target, panel),
            "recordings": _counted(heard, target, panel),
            "copies_audio": _counted(panel.hear_audio(copies), target, panel),
        },
        "copy_synthesis": {"vocoder": VOCODER, **compare_copies(copies, rows, feature_set)},
    }
    return Measured(numbers, sounds.cpu(), rows, panel.codes_of(real).cpu(), panel.agrees(heard, target), neighbours)


def _nearest_in_training(features: Tensor, panel: Panel) -> list[Neighbour]:
    distances, rows = nearest_recordings(features, panel.feature_set, Split.TRAINING)
    decibels = log_mel_distance(features, panel.feature_set.features[rows], panel.feature_set.config)
    found = zip(rows.tolist(), distances.tolist(), decibels.tolist(), strict=True)
    return [Neighbour(row, distance, decibel) for row, distance, decibel in found]


def _likeness(features: Tensor, neighbours: list[Neighbour]) -> dict[str, Any]:
    return {
        "n": len(features),
        "nearest": sum(each.distance for each in neighbours) / len(neighbours),
        "nearest_decibels": sum(each.decibels for each in neighbours) / len(neighbours),
        "diversity": mean_pairwise_distance(features, [0] * len(features)) if len(features) > 1 else None,
    }


def _counted(heard: dict[str, Tensor], target: int, panel: Panel) -> dict[str, Any]:
    tallies = {slug: Tally.of(probabilities).as_dict() for slug, probabilities in heard.items()}
    return {"n_agreed": int(panel.agrees(heard, target).sum()), "tallies": tallies}
