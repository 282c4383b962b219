"""A temporal classifier: it convolves over time alone, with the mel bands as channels."""

from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional

from generation.engine.classifier import Classifier

CHANNELS = (48, 48, 64, 80)
KERNEL = 9


class TemporalStage(nn.Module):
    """Two convolutions over time beside a shortcut, halving the frame rate (after TC-ResNet, Choi et al. 2019)."""

    NORMS: ClassVar = {"first": "first_norm", "second": "second_norm"}

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        padding = KERNEL // 2
        self.first = nn.Conv1d(channels_in, channels_out, KERNEL, stride=2, padding=padding, bias=False)
        self.first_norm = nn.BatchNorm1d(channels_out)
        self.second = nn.Conv1d(channels_out, channels_out, KERNEL, padding=padding, bias=False)
        self.second_norm = nn.BatchNorm1d(channels_out)
        self.shortcut = nn.Conv1d(channels_in, channels_out, 1, stride=2, bias=False)

    def forward(self, hidden: Tensor) -> Tensor:
        """Map [B, C, T] -> [B, C', T / 2], halves rounded up."""
        inner = functional.relu(self.first_norm(self.first(hidden)))
        return functional.relu(self.second_norm(self.second(inner)) + self.shortcut(hidden))


class TemporalClassifier(Classifier):
    """A convolution and three stages over time, mel bands as input channels, averaged over time."""

    def __init__(self, n_words: int, n_mels: int, n_frames: int) -> None:
        super().__init__(n_words, n_mels, n_frames)
        self.input = nn.Conv1d(n_mels, CHANNELS[0], 3, padding=1)
        self.stages = nn.Sequential(*map(TemporalStage, CHANNELS[:-1], CHANNELS[1:]))
        self.output = nn.Linear(CHANNELS[-1], n_words)

    def forward(self, features: Tensor) -> Tensor:
        """Score the words: features [B, M, T] -> logits [B, W]."""
        hidden = self.stages(functional.relu(self.input(features)))
        logits: Tensor = self.output(hidden.mean(dim=2))
        return logits
