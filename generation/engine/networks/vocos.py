"""A Vocos-like network: one short-time spectrum a frame from the features, all frames at once, no loop over samples."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn

# The spectrum may be louder or softer than what the features suggest by so many nepers (35 dB).
MOST = 4.0
# What keeps the gradient of a phase finite where its vector has no length.
SMALLEST = 1e-8


@dataclass(frozen=True)
class VocosConfig:
    """The size of the network, and the spectra it gives: fft_size, hop_size and window_size in samples."""

    n_mels: int = 80
    fft_size: int = 512
    hop_size: int = 80
    window_size: int = 400
    channels: int = 128
    inner_channels: int = 384
    blocks: int = 4
    kernel_size: int = 7


class Block(nn.Module):
    """A ConvNeXt block over time (Liu et al. 2022): depthwise convolution, two layers on each frame, a shortcut."""

    def __init__(self, config: VocosConfig) -> None:
        super().__init__()
        channels, kernel = config.channels, config.kernel_size
        self.over_time = nn.Conv1d(channels, channels, kernel, padding=kernel // 2, groups=channels)
        self.on_frames = nn.Sequential(
            nn.LayerNorm(channels),
            nn.Linear(channels, config.inner_channels),
            nn.GELU(),
            nn.Linear(config.inner_channels, channels),
        )
        self.scale = nn.Parameter(torch.full((channels,), 1 / config.blocks))

    def forward(self, hidden: Tensor) -> Tensor:
        """Map [B, C, T] -> [B, C, T]."""
        changed = self.scale * self.on_frames(self.over_time(hidden).transpose(1, 2))
        mapped: Tensor = hidden + changed.transpose(1, 2)
        return mapped


class Vocos(nn.Module):
    """Gives magnitude and phase of every frame's spectrum, which the inverse transform overlaps (Siuzdak 2024).

    The magnitude starts from the one that the features suggest (`features.linear_magnitude`), so that what is left to
    learn is its correction and the phase.
    """

    window: Tensor

    def __init__(self, config: VocosConfig) -> None:
        super().__init__()
        self.config = config
        kernel = config.kernel_size
        self.input = nn.Conv1d(config.n_mels, config.channels, kernel, padding=kernel // 2)
        self.input_norm = nn.LayerNorm(config.channels)
        self.blocks = nn.Sequential(*(Block(config) for _ in range(config.blocks)))
        self.output = nn.Sequential(
            nn.LayerNorm(config.channels), nn.Linear(config.channels, 3 * (config.fft_size // 2 + 1))
        )
        self.register_buffer("window", torch.hann_window(config.window_size), persistent=False)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """Make the network from the fields of a VocosConfig, those left out at their defaults."""
        return cls(VocosConfig(**settings))

    @property
    def settings(self) -> dict[str, Any]:
        """Give the plain numbers that `from_settings` makes such a network from."""
        return asdict(self.config)

    def spectrum(self, features: Tensor, magnitude: Tensor) -> Tensor:
        """Give the complex spectrum [B, F, T] for features [B, M, T] and the magnitude [B, F, T] they suggest."""
        hidden = self.input_norm(self.input(features).transpose(1, 2)).transpose(1, 2)
        correction, real, imaginary = self.output(self.blocks(hidden).transpose(1, 2)).transpose(1, 2).chunk(3, dim=1)
        length = (real.square() + imaginary.square() + SMALLEST).sqrt()
        loudness = magnitude * correction.clamp(-MOST, MOST).exp() / length
        return torch.complex(loudness * real, loudness * imaginary)

    def forward(self, features: Tensor, magnitude: Tensor) -> Tensor:
        """Give the waveform [B, (T - 1) * hop_size] whose centred frames have `spectrum`."""
        config = self.config
        waveform: Tensor = torch.istft(
            self.spectrum(features, magnitude),
            config.fft_size,
            config.hop_size,
            config.window_size,
            self.window,
            length=(features.shape[2] - 1) * config.hop_size,
        )
        return waveform
