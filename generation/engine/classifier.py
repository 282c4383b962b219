"""What classifiers share: they score the words for features."""

from collections.abc import Mapping
from typing import Any, Self

from torch import nn


class Classifier(nn.Module):
    """Scores words: forward(features [B, M, T]) -> logits [B, W]. A sibling in `networks/` gives its layers."""

    def __init__(self, n_words: int, n_mels: int, n_frames: int) -> None:
        super().__init__()
        self.settings = {"n_words": n_words, "n_mels": n_mels, "n_frames": n_frames}

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """Make an untrained network from what `settings` gave."""
        return cls(**settings)

    @property
    def n_words(self) -> int:
        """Give the number of words the network tells apart."""
        return self.settings["n_words"]
