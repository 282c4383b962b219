"""A word that is heard in a cough, or over a telephone, is the same word."""

from dataclasses import dataclass

import torch
from torch import Tensor

from generation.engine.maximisation.transform import Transform


@dataclass(frozen=True)
class Masking(Transform):
    """Silence a stripe of up to `frames` and a stripe of up to `bands` of each sample (after Park et al. 2019)."""

    frames: int = 8
    bands: int = 8

    @property
    def n_numbers(self) -> int:
        """Need a width and a place for each stripe."""
        return 4

    def disturb(self, features: Tensor, numbers: Tensor) -> Tensor:
        """Mask features [B, M, T]; numbers [B, 4] are width and place in time, then in bands."""
        n_mels, n_frames = features.shape[1:]
        over_frames = _outside(n_frames, self.frames, numbers[:, :2])
        over_bands = _outside(n_mels, self.bands, numbers[:, 2:])
        return features * over_bands[:, :, None] * over_frames[:, None]


def _outside(length: int, widest: int, numbers: Tensor) -> Tensor:
    """Tell [B, length] what lies outside the stripe of each sample: 1.0, or 0.0 within."""
    width = (numbers[:, 0] * (min(widest, length) + 1)).long()
    first = (numbers[:, 1] * (length - width + 1)).long()
    places = torch.arange(length, device=numbers.device)
    is_inside = (places >= first[:, None]) & (places < (first + width)[:, None])
    return (~is_inside).to(numbers.dtype)
