"""Variations of features, drawn for a whole batch at once."""

import torch
from torch import Tensor

from generation.engine.features import FeatureConfig
from generation.engine.training.recipes import Augmentation


def augment(features: Tensor, augmentation: Augmentation, config: FeatureConfig, generator: torch.Generator) -> Tensor:
    """Vary features [B, M, T]: shift in time, gain, blanked stripes. The generator is on the CPU."""
    if augmentation.shift_frames:
        features = shift(features, _whole_numbers(features, augmentation.shift_frames, generator))
    if augmentation.gain_db:
        reach = augmentation.gain_db / config.range_db
        gains = (torch.rand(len(features), generator=generator) * 2 - 1) * reach
        features = amplify(features, gains.to(features.device))
    for _ in range(augmentation.masks):
        features = features * _stripe(features, 1, augmentation.mask_bands, generator)
        features = features * _stripe(features, 2, augmentation.mask_frames, generator)
    return features


def shift(features: Tensor, frames: Tensor) -> Tensor:
    """Move each sample of [B, M, T] later by its number of frames [B], and fill with silence."""
    source = torch.arange(features.shape[2], device=features.device) - frames[:, None]
    is_inside = (source >= 0) & (source < features.shape[2])
    positions = source.clamp(0, features.shape[2] - 1)[:, None].expand_as(features)
    return features.gather(2, positions) * is_inside[:, None]


def amplify(features: Tensor, gains: Tensor) -> Tensor:
    """Make each sample of [B, M, T] louder by its gain [B] (1 is the features' whole range); silence stays silent."""
    louder = (features + gains[:, None, None]).clamp(0.0, 1.0)
    return torch.where(features > 0, louder, features)


def _whole_numbers(features: Tensor, reach: int, generator: torch.Generator) -> Tensor:
    return torch.randint(-reach, reach + 1, (len(features),), generator=generator).to(features.device)


def _stripe(features: Tensor, axis: int, widest: int, generator: torch.Generator) -> Tensor:
    """Draw a mask, broadcastable to [B, M, T], that is 0 on one stripe of up to `widest` places along the axis."""
    size = features.shape[axis]
    widths = torch.randint(widest + 1, (len(features), 1), generator=generator)
    starts = (torch.rand(len(features), 1, generator=generator) * (size - widths + 1)).long()
    places = torch.arange(size)
    is_outside = (places < starts) | (places >= starts + widths)
    return is_outside.to(features).unsqueeze(3 - axis)
