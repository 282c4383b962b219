"""What turns features into sound: one protocol, and the door to the siblings in `vocoders/`."""

from collections.abc import Sequence
from pkgutil import resolve_name
from typing import Any, Protocol

import torch
from torch import Tensor

from generation.catalogue import VOCODERS
from generation.engine.checkpoints import LoadedNetwork
from generation.engine.features import FeatureConfig


class Vocoder(Protocol):
    """Turns features into a waveform."""

    @property
    def settings(self) -> dict[str, Any]:
        """Give what decides the waveform beside features, seed and weights, as plain data for a clip's recipe."""

    def __call__(self, features: Tensor, *, seeds: Sequence[int]) -> Tensor:
        """Turn features [B, M, T] in [0, 1] into waveform [B, N]; clip b is decided by seeds[b], whatever its batch."""


class VocoderIsUnknown(ValueError):
    """The catalogue has no vocoder of this name."""


class FeaturesDoNotFit(ValueError):
    """The features have another shape, or another configuration, than the vocoder works on."""


def load_vocoder(slug: str, config: FeatureConfig, checkpoint: LoadedNetwork | None, device: torch.device) -> Vocoder:
    """Make the vocoder that the catalogue names, for features of this configuration.

    Raises VocoderIsUnknown, and what the vocoder raises if the checkpoint is missing or was trained on other features.
    """
    if slug not in VOCODERS:
        raise VocoderIsUnknown(f"There is no vocoder {slug!r}: choose one of {', '.join(sorted(VOCODERS))}.")
    vocoder: Vocoder = resolve_name(VOCODERS[slug].implementation).load(config, checkpoint, device)
    return vocoder


def check_shape(features: Tensor, config: FeatureConfig) -> None:
    """Raise FeaturesDoNotFit unless features are [B, n_mels, n_frames]."""
    if features.dim() != 3 or features.shape[1:] != (config.n_mels, config.n_frames):
        raise FeaturesDoNotFit(
            f"Features of shape {tuple(features.shape)} do not fit the vocoder, which needs "
            f"[clips, {config.n_mels} mel bands, {config.n_frames} frames]: make them with the vocoder's configuration."
        )
