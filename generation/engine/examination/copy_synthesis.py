"""What a vocoder makes of real recordings' features, measured against the recordings."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from generation.engine.batches import Batches
from generation.engine.corpora.feature_sets import FeatureSet
from generation.engine.corpora.recordings import read_waveform
from generation.engine.distances import log_mel_distance
from generation.engine.examination.intelligibility import mean_of_known, pesq, pesq_is_installed, stoi
from generation.engine.features import log_mel, standardise
from generation.engine.progress import Progress
from generation.engine.vocoder import Vocoder

BATCH = 32
NO_PESQ = "The package pesq is not installed: pip install -r requirements-pesq.txt, with a C compiler."


def measure_copies(
    vocoder: Vocoder, feature_set: FeatureSet, rows: Sequence[int], device: torch.device, progress: Progress
) -> dict[str, Any]:
    """Vocode the features of recordings and say what `compare_copies` does. Raises what the vocoder raises."""
    features = feature_set.features[list(rows)]
    batches: Batches[int] = Batches(BATCH, lambda note: progress(0.0, note))

    def copy(numbers: Sequence[int]) -> Tensor:
        return vocoder(features[list(numbers)].to(device), seeds=list(numbers)).cpu()

    return compare_copies(torch.cat(list(batches.do(copy, range(len(rows))))), rows, feature_set)


def compare_copies(copies: Tensor, rows: Sequence[int], feature_set: FeatureSet) -> dict[str, Any]:
    """Compare copies [R, N] with the recordings in these rows [R], all at one level and length.

    Gives the means `stoi`, `pesq` (None, with the reason in `pesq_note`, where it cannot be measured) and
    `log_mel_distance` in dB, over `n` recordings. Raises RecordingIsBroken, SilentRecording and WaveformIsNotFinite.
    """
    config = feature_set.config
    read = [read_waveform(feature_set.recordings[row].path, config.sample_rate) for row in rows]
    originals = torch.cat([standardise(each[None], config) for each in read])
    copied = standardise(copies.cpu(), config)
    distance = log_mel_distance(log_mel(copied, config), feature_set.features[list(rows)], config)
    can_pesq = pesq_is_installed()
    return {
        "n": len(rows),
        "stoi": mean_of_known(stoi(originals, copied, config.sample_rate)),
        "pesq": mean_of_known(pesq(originals, copied, config.sample_rate)) if can_pesq else None,
        "pesq_note": None if can_pesq else NO_PESQ,
        "log_mel_distance": float(distance.nanmean()),
    }
