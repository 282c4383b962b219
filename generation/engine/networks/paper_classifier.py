"""The classifier of Soomro et al. 2019, layer for layer."""

from torch import Tensor, nn

from generation.engine.classifier import Classifier
from generation.engine.initial_weights import start_as_keras_does
from generation.engine.pictures import ToPicture

CHANNELS = (8, 16, 32)
UNITS = (512, 256, 128)
DROPOUT = 0.2


class PaperClassifier(Classifier):
    """Three 2x2 convolutions, each with max pooling, then dense layers of 512, 256 and 128 (Soomro et al. 2019)."""

    def __init__(self, n_words: int, n_mels: int, n_frames: int) -> None:
        super().__init__(n_words, n_mels, n_frames)
        stages = map(_stage, (1, *CHANNELS[:-1]), CHANNELS)
        self.convolutions = nn.Sequential(ToPicture(), *(layer for stage in stages for layer in stage), nn.Flatten())
        n_flat = CHANNELS[-1] * _pooled(n_frames) * _pooled(n_mels)
        layers = map(_dense, (n_flat, *UNITS[:-1]), UNITS)
        self.dense = nn.Sequential(*(each for layer in layers for each in layer), nn.Linear(UNITS[-1], n_words))
        self.apply(start_as_keras_does)

    def forward(self, features: Tensor) -> Tensor:
        """Score the words: features [B, M, T] -> logits [B, W]."""
        logits: Tensor = self.dense(self.convolutions(features))
        return logits


def _stage(channels_in: int, channels_out: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(channels_in, channels_out, 2), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(DROPOUT)


def _dense(units_in: int, units_out: int) -> tuple[nn.Module, ...]:
    return nn.Linear(units_in, units_out), nn.ReLU(), nn.Dropout(DROPOUT)


def _pooled(size: int) -> int:
    """Compute what is left of a side after each convolution took one away and each pooling halved it."""
    for _ in CHANNELS:
        size = (size - 1) // 2
    if size < 1:
        raise ValueError("the features are too small for three poolings")
    return size
