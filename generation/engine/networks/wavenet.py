"""WaveNet: the waveform as a chain of classes, each predicted from the classes before it and the log-mel features."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchaudio.functional import mu_law_decoding, mu_law_encoding, preemphasis

CLASSES = 256


@dataclass(frozen=True)
class WaveNetConfig:
    """The size of a WaveNet. The defaults train in a minute or two on two cores; the paper's has 24 layers in 4 stacks.

    `layers` are divided into `stacks`, in each of which the dilation starts again at 1 and doubles layer by layer.
    `first_kernel_size` samples are seen by the first convolution, enough for a linear prediction of the next one.
    `pre_emphasis` flattens speech's falling spectrum, so that quantisation noise falls with it after de-emphasis.
    """

    n_mels: int = 80
    hop_size: int = 80
    layers: int = 8
    stacks: int = 1
    residual_channels: int = 48
    skip_channels: int = 128
    condition_channels: int = 96
    kernel_size: int = 3
    first_kernel_size: int = 16
    pre_emphasis: float = 0.85

    def __post_init__(self) -> None:
        if self.layers % self.stacks:
            raise ValueError(f"{self.layers} layers do not divide into {self.stacks} stacks: choose a multiple.")

    @property
    def dilations(self) -> tuple[int, ...]:
        """Give the distance in samples between the taps of each layer's convolution."""
        return tuple(2 ** (layer % (self.layers // self.stacks)) for layer in range(self.layers))

    @property
    def receptive_field(self) -> int:
        """Give how many past samples decide the next one."""
        return self.first_kernel_size + (self.kernel_size - 1) * sum(self.dilations)


def waveform_to_classes(waveform: Tensor, pre_emphasis: float) -> Tensor:
    """Turn waveform [B, N] in [-1, 1] into mu-law classes [B, N] (int64) of its pre-emphasised form."""
    emphasised = preemphasis(waveform, pre_emphasis).clamp(-1.0, 1.0)
    classes: Tensor = mu_law_encoding(emphasised, CLASSES)
    return classes


def class_values(classes: Tensor, dtype: torch.dtype) -> Tensor:
    """Turn classes [B, N] into the two inputs [B, 2, N] of the network: companded and linear amplitude, in [-1, 1]."""
    companded = classes * (2 / (CLASSES - 1)) - 1
    return torch.stack([companded, mu_law_decoding(classes, CLASSES)], dim=1).to(dtype)


class ResidualLayer(nn.Module):
    """A dilated convolution, gated, with the conditioning added before the gate (van den Oord et al. 2016)."""

    def __init__(self, config: WaveNetConfig, dilation: int) -> None:
        super().__init__()
        channels = config.residual_channels
        self.history = (config.kernel_size - 1) * dilation
        self.dilated = nn.Conv1d(channels, 2 * channels, config.kernel_size, dilation=dilation)
        self.residual = nn.Conv1d(channels, channels, 1)

    def forward(self, hidden: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """Give the next layer's input and this layer's gated output: hidden [B, R, N], condition [B, 2R, T].

        N is a multiple of T: each frame's conditioning is added to all its samples without being copied.
        """
        batch, channels, frames = condition.shape
        convolved = self.dilated(functional.pad(hidden, (self.history, 0)))
        filtered = convolved.view(batch, channels, frames, -1) + condition.unsqueeze(-1)
        gated = gate(filtered.flatten(2), dim=1)
        return hidden + self.residual(gated), gated


def gate(filtered: Tensor, dim: int) -> Tensor:
    """Pass the first half of the channels through tanh, weighted by the sigmoid of the second half."""
    signal, weight = filtered.chunk(2, dim=dim)
    return torch.tanh(signal) * torch.sigmoid(weight)


class WaveNet(nn.Module):
    """Predicts the next of 256 mu-law classes from the past ones and the features (van den Oord et al. 2016)."""

    def __init__(self, config: WaveNetConfig) -> None:
        super().__init__()
        self.config = config
        residual, skip, condition = config.residual_channels, config.skip_channels, config.condition_channels
        self.encoder = nn.Sequential(
            nn.Conv1d(config.n_mels, condition, 5, padding=2),
            nn.ReLU(),
            nn.Conv1d(condition, condition, 3, padding=1),
            nn.ReLU(),
            nn.Conv1d(condition, config.layers * 2 * residual, 1),
        )
        self.first = nn.Conv1d(2, residual, config.first_kernel_size)
        self.layers = nn.ModuleList(ResidualLayer(config, dilation) for dilation in config.dilations)
        self.skip = nn.Conv1d(config.layers * residual, skip, 1)
        self.hidden = nn.Conv1d(skip, skip, 1)
        self.output = nn.Conv1d(skip, CLASSES, 1)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """Make the network from the fields of a WaveNetConfig, those left out at their defaults."""
        return cls(WaveNetConfig(**settings))

    @property
    def settings(self) -> dict[str, Any]:
        """Give the plain numbers that `from_settings` makes such a network from."""
        return asdict(self.config)

    @property
    def receptive_field(self) -> int:
        """Give how many past samples decide the next one."""
        return self.config.receptive_field

    def condition(self, features: Tensor) -> Tensor:
        """Encode features [B, M, T] into every layer's conditioning [B, L, 2R, T], at frame rate."""
        encoded: Tensor = self.encoder(features)
        return encoded.view(len(encoded), self.config.layers, -1, encoded.shape[-1])

    def forward(self, waveform_classes: Tensor, features: Tensor) -> Tensor:
        """Score each sample's class from those before it: waveform_classes [B, N], features [B, M, T] -> [B, 256, N].

        N may be at most T * hop_size; sample n is conditioned on frame n // hop_size.
        """
        return self.predict(waveform_classes, self.condition(features))

    def predict(self, waveform_classes: Tensor, condition: Tensor) -> Tensor:
        """Score as `forward` does, from `condition`'s output [B, L, 2R, T], of which a segment may be cut out."""
        n_samples = waveform_classes.shape[1]
        values = class_values(waveform_classes, condition.dtype)
        past = functional.pad(values, (self.config.first_kernel_size, -1))
        spare = condition.shape[-1] * self.config.hop_size - n_samples
        hidden = functional.pad(self.first(past), (0, spare))
        gated_outputs = []
        for layer, layer_condition in zip(self.layers, condition.unbind(1), strict=True):
            hidden, gated = layer(hidden, layer_condition)
            gated_outputs.append(gated)
        skip = functional.relu(self.skip(torch.cat(gated_outputs, dim=1)[..., :n_samples]))
        logits: Tensor = self.output(functional.relu(self.hidden(skip)))
        return logits
