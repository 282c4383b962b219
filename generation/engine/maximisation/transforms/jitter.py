"""Nobody says a word at the same instant twice, nor at quite the same pitch."""

from dataclasses import dataclass

import torch
from torch import Tensor

from generation.engine.maximisation.transform import Transform


@dataclass(frozen=True)
class Jitter(Transform):
    """Shift each sample in time by up to `frames` and over the mel bands by up to `bands`, filling with silence (0)."""

    frames: int = 4
    bands: int = 0

    @property
    def n_numbers(self) -> int:
        """Need one number for each axis."""
        return 2

    def disturb(self, features: Tensor, numbers: Tensor) -> Tensor:
        """Shift features [B, M, T]; numbers [B, 2] are for frames and bands."""
        if self.frames:
            features = _shift(features, _whole(numbers[:, 0], self.frames))
        if self.bands:
            features = _shift(features.transpose(1, 2), _whole(numbers[:, 1], self.bands)).transpose(1, 2)
        return features


def _whole(numbers: Tensor, reach: int) -> Tensor:
    """Spread numbers in [0, 1) evenly over the whole numbers from -reach to reach."""
    return (numbers * (2 * reach + 1)).long() - reach


def _shift(values: Tensor, shifts: Tensor) -> Tensor:
    """Give values [B, A, L] at the places l + shifts[b], and 0 where there are none."""
    length = values.shape[2]
    places = torch.arange(length, device=values.device) + shifts[:, None]
    is_inside = (places >= 0) & (places < length)
    gathered = values.gather(2, places.clamp(0, length - 1)[:, None].expand(values.shape))
    return gathered * is_inside[:, None]
