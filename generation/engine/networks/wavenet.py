"""WaveNet: each sample's distribution, told from the samples before it and the log-mel features."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from generation.engine.sample_distributions import SampleDistribution, distribution_named

# How much louder than its prediction's gain a sample may be; without prediction, full scale in units of the gain.
REACH, PLAIN_REACH = 16.0, 128.0
INPUTS = 3


@dataclass(frozen=True)
class WaveNetConfig:
    """The size of a WaveNet, what it predicts, and how it is sampled. The defaults train in minutes on one core.

    prediction_order: how many past samples the linear prediction takes that the features hold
    (`engine/linear_prediction.py`); the network then predicts what is left of it. 0: the samples themselves.
    output: "logistic_mixture" of `mixtures` parts, or "mu_law" classes.
    `layers` are divided into `stacks`, in each of which the dilation starts again at 1 and doubles layer by layer.
    gated_channels: how many channels leave a layer's gate. first_kernel_size: samples seen by the first convolution.
    pre_emphasis flattens speech's falling spectrum where no prediction does.
    temperature: widths of the mixture (scores of the classes divided) when sampled. refinements: how many times the
    sampled waveform is drawn to the features (`engine/refinement.py`).
    """

    n_mels: int = 80
    hop_size: int = 80
    prediction_order: int = 16
    output: str = "logistic_mixture"
    mixtures: int = 5
    layers: int = 8
    stacks: int = 1
    residual_channels: int = 32
    gated_channels: int = 32
    skip_channels: int = 96
    condition_channels: int = 96
    kernel_size: int = 3
    first_kernel_size: int = 16
    pre_emphasis: float = 0.0
    temperature: float = 1.0
    refinements: int = 3

    def __post_init__(self) -> None:
        if self.layers % self.stacks:
            raise ValueError(f"{self.layers} layers do not divide into {self.stacks} stacks: choose a multiple.")
        if self.prediction_order and self.pre_emphasis:
            raise ValueError("A linear prediction is of the waveform as it is: set pre_emphasis or prediction_order.")
        self.distribution  # noqa: B018 - an output that does not exist is refused here

    @property
    def dilations(self) -> tuple[int, ...]:
        """Give the distance in samples between the taps of each layer's convolution."""
        return tuple(2 ** (layer % (self.layers // self.stacks)) for layer in range(self.layers))

    @property
    def receptive_field(self) -> int:
        """Give how many past samples decide what the network says of the next one."""
        return self.first_kernel_size + (self.kernel_size - 1) * sum(self.dilations)

    @property
    def distribution(self) -> SampleDistribution:
        """Give the family of distributions whose parameters the network gives."""
        return distribution_named(self.output, REACH if self.prediction_order else PLAIN_REACH, self.mixtures)


class ResidualLayer(nn.Module):
    """A dilated convolution, gated, with the conditioning added before the gate (van den Oord et al. 2016)."""

    def __init__(self, config: WaveNetConfig, dilation: int) -> None:
        super().__init__()
        channels, gated = config.residual_channels, config.gated_channels
        self.history = (config.kernel_size - 1) * dilation
        self.dilated = nn.Conv1d(channels, 2 * gated, config.kernel_size, dilation=dilation)
        self.residual = nn.Conv1d(gated, channels, 1)

    def forward(self, hidden: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """Give the next layer's input and this layer's gated output: hidden [B, R, N], condition [B, 2G, T].

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
    """Tells each sample's distribution from the past ones and the features (van den Oord et al. 2016)."""

    def __init__(self, config: WaveNetConfig) -> None:
        super().__init__()
        self.config = config
        gated, skip, condition = config.gated_channels, config.skip_channels, config.condition_channels
        self.encoder = nn.Sequential(
            nn.Conv1d(config.n_mels, condition, 5, padding=2),
            nn.ReLU(),
            nn.Conv1d(condition, condition, 3, padding=1),
            nn.ReLU(),
            nn.Conv1d(condition, config.layers * 2 * gated, 1),
        )
        self.first = nn.Conv1d(INPUTS, config.residual_channels, config.first_kernel_size)
        self.layers = nn.ModuleList(ResidualLayer(config, dilation) for dilation in config.dilations)
        self.skip = nn.Conv1d(config.layers * gated, skip, 1)
        self.hidden = nn.Conv1d(skip, skip, 1)
        self.output = nn.Conv1d(skip, config.distribution.n_parameters, 1)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """Make the network from the fields of a WaveNetConfig, those left out at their defaults."""
        return cls(WaveNetConfig(**settings))

    @property
    def settings(self) -> dict[str, Any]:
        """Give the plain numbers that `from_settings` makes such a network from."""
        return asdict(self.config)

    def condition(self, features: Tensor) -> Tensor:
        """Encode features [B, M, T] into every layer's conditioning [B, L, 2G, T], at frame rate."""
        encoded: Tensor = self.encoder(features)
        return encoded.view(len(encoded), self.config.layers, -1, encoded.shape[-1])

    def forward(self, inputs: Tensor, condition: Tensor) -> Tensor:
        """Give the parameters [B, C, N] of each sample's distribution.

        inputs: [B, 3, N] of `linear_prediction.remainders`, of which those at n depend on samples before n alone.
        condition: `condition`'s [B, L, 2G, T] or a stretch of it; N is T * hop_size.
        """
        hidden = self.first(functional.pad(inputs, (self.config.first_kernel_size - 1, 0)))
        gated_outputs = []
        for layer, layer_condition in zip(self.layers, condition.unbind(1), strict=True):
            hidden, gated = layer(hidden, layer_condition)
            gated_outputs.append(gated)
        skip = functional.relu(self.skip(torch.cat(gated_outputs, dim=1)))
        parameters: Tensor = self.output(functional.relu(self.hidden(skip)))
        return parameters
