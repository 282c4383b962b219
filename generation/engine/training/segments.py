"""What training a vocoder takes from a corpus: recordings laid beside their features, and the segments with sound."""

from dataclasses import dataclass

import torch
from torch import Tensor

from generation.engine.corpora.feature_sets import FeatureSet
from generation.engine.corpora.recordings import read_waveform
from generation.engine.corpora.splits import Split
from generation.engine.features import standardise

HEARD = 0.05


class CorpusHasNoSpeech(ValueError):
    """No recording of the split holds a segment with sound."""


@dataclass(frozen=True)
class Speech:
    """Recordings of a split: features [R, M, T], standardised waveforms [R, n_samples], and the segments [S, 2] with
    sound in them, each a recording's row here and its first frame."""

    features: Tensor
    waveforms: Tensor
    segments: Tensor

    def draw(self, count: int, generator: torch.Generator) -> list[tuple[int, int]]:
        """Draw so many segments: of each the recording's row and the first frame.

        Only segments with sound are drawn: silence is soon learnt, and is half of a corpus of single words.
        """
        drawn = self.segments[torch.randint(len(self.segments), (count,), generator=generator)]
        return [(int(row), int(first)) for row, first in drawn]


def speech_of(feature_set: FeatureSet, split: Split, most: int, frames: int, generator: torch.Generator) -> Speech:
    """Read up to `most` recordings of the split, drawn by the generator, and find their segments of so many frames.

    Raises CorpusHasNoSpeech.
    """
    rows = feature_set.rows(split)
    rows = rows[torch.randperm(len(rows), generator=generator)[:most]]
    if not len(rows):
        raise CorpusHasNoSpeech(f"The corpus has no recordings in its {split} split: name some in its list file.")
    features = feature_set.features[rows]
    segments = (is_heard(features).float().unfold(1, frames, 1).mean(dim=2) > 0.5).nonzero()
    if not len(segments):
        raise CorpusHasNoSpeech(
            f"No recording of the {split} split holds {frames} frames of sound: look at the corpus."
        )
    return Speech(features, torch.cat([_waveform(feature_set, row) for row in rows.tolist()]), segments)


def is_heard(features: Tensor) -> Tensor:
    """Tell of each frame of features [B, M, T] whether it holds sound [B, T]."""
    return features.mean(dim=1) > HEARD


def _waveform(feature_set: FeatureSet, row: int) -> Tensor:
    """Read a recording [1, n_samples], standardised as for its features."""
    config = feature_set.config
    return standardise(read_waveform(feature_set.recordings[row].path, config.sample_rate)[None], config)
