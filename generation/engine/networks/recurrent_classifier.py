"""A recurrent classifier: it reads the frames one after another, forwards and backwards."""

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from generation.engine.classifier import Classifier

CHANNELS = 64
UNITS = 64
DROPOUT = 0.2


class RecurrentClassifier(Classifier):
    """A convolution that joins neighbouring frames, a bidirectional GRU over them, and the loudest of its outputs."""

    NORMS: ClassVar = {"input": "input_norm"}

    def __init__(self, n_words: int, n_mels: int, n_frames: int) -> None:
        super().__init__(n_words, n_mels, n_frames)
        self.input = nn.Conv1d(n_mels, CHANNELS, 5, stride=2, padding=2, bias=False)
        self.input_norm = nn.BatchNorm1d(CHANNELS)
        self.recurrent = nn.GRU(CHANNELS, UNITS, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(DROPOUT)
        self.output = nn.Linear(2 * 2 * UNITS, n_words)

    def forward(self, features: Tensor) -> Tensor:
        """Score the words: features [B, M, T] -> logits [B, W]."""
        frames = functional.relu(self.input_norm(self.input(features))).transpose(1, 2)
        # cuDNN's GRU has no gradient in eval mode, in which searches climb.
        with torch.backends.cudnn.flags(enabled=self.training):
            states, _ = self.recurrent(frames)
        summary = torch.cat([states.amax(dim=1), states.mean(dim=1)], dim=1)
        logits: Tensor = self.output(self.dropout(summary))
        return logits
