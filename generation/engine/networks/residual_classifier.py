"""A residual classifier: 2-D convolutions with batch normalisation and shortcuts."""

from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional

from generation.engine.classifier import Classifier
from generation.engine.pictures import ToPicture

CHANNELS = (16, 32, 48, 80)


class Shortcut(nn.Conv2d):
    """A strided 1x1 convolution; of a single channel it is a product, which takes a processor less time."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(channels_in, channels_out, 1, stride=2, bias=False)

    def forward(self, hidden: Tensor) -> Tensor:
        """Map [B, C, T, M] -> [B, C', T / 2, M / 2], halves rounded up."""
        if self.in_channels > 1:
            return super().forward(hidden)
        return hidden[:, :, ::2, ::2] * self.weight.view(1, -1, 1, 1)


class ResidualStage(nn.Module):
    """Two 3x3 convolutions beside a shortcut (He et al. 2016), halving both axes."""

    NORMS: ClassVar = {"first": "first_norm", "second": "second_norm"}

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels_in, channels_out, 3, stride=2, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(channels_out)
        self.second = nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(channels_out)
        self.shortcut = Shortcut(channels_in, channels_out)

    def forward(self, hidden: Tensor) -> Tensor:
        """Map [B, C, T, M] -> [B, C', T / 2, M / 2], halves rounded up."""
        inner = functional.relu(self.first_norm(self.first(hidden)))
        return functional.relu(self.second_norm(self.second(inner)) + self.shortcut(hidden))


class ResidualClassifier(Classifier):
    """Four residual stages of 16, 32, 48 and 80 channels, averaged over time and frequency."""

    def __init__(self, n_words: int, n_mels: int, n_frames: int) -> None:
        super().__init__(n_words, n_mels, n_frames)
        self.stages = nn.Sequential(ToPicture(), *map(ResidualStage, (1, *CHANNELS[:-1]), CHANNELS))
        self.output = nn.Linear(CHANNELS[-1], n_words)

    def forward(self, features: Tensor) -> Tensor:
        """Score the words: features [B, M, T] -> logits [B, W]."""
        hidden = self.stages(features)
        logits: Tensor = self.output(hidden.mean(dim=(2, 3)))
        return logits
