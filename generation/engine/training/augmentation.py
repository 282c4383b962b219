"""Variations of features, drawn for a whole batch at once."""

import torch
from torch import Tensor

from generation.engine.features import FeatureConfig
from generation.engine.training.recipes import Augmentation


def augment(features: Tensor, augmentation: Augmentation, config: FeatureConfig, generator: torch.Generator) -> Tensor:
    """Vary features [B, M, T] in time, frequency and level, and blank stripes of them. The generator is on the CPU."""
    if augmentation.shift_frames or augmentation.stretch:
        shifts = _whole_numbers(features, augmentation.shift_frames, generator)
        positions = torch.arange(features.shape[2], device=features.device) - shifts[:, None]
        features = resample(features, positions * _factors(features, augmentation.stretch, generator), axis=2)
    if augmentation.bend:
        positions = torch.arange(features.shape[1], device=features.device).expand(len(features), -1)
        features = resample(features, positions * _factors(features, augmentation.bend, generator), axis=1)
    if augmentation.gain_db:
        reach = augmentation.gain_db / config.range_db
        gains = (torch.rand(len(features), generator=generator) * 2 - 1) * reach
        features = amplify(features, gains.to(features.device))
    for _ in range(augmentation.masks):
        features = features * _stripe(features, 1, augmentation.mask_bands, generator)
        features = features * _stripe(features, 2, augmentation.mask_frames, generator)
    return features


def resample(features: Tensor, positions: Tensor, axis: int) -> Tensor:
    """Read each sample of [B, M, T] at its positions [B, size] along the axis, between cells linearly; 0 outside."""
    last = features.shape[axis] - 1
    is_inside = (positions >= 0) & (positions <= last)
    inside = positions.clamp(0, last)
    lower = inside.floor()
    share = (inside - lower).unsqueeze(3 - axis)
    below, above = (
        features.gather(axis, index.long().unsqueeze(3 - axis).expand_as(features))
        for index in (lower, (lower + 1).clamp(max=last))
    )
    return torch.lerp(below, above, share.to(features)) * is_inside.unsqueeze(3 - axis)


def amplify(features: Tensor, gains: Tensor) -> Tensor:
    """Make each sample of [B, M, T] louder by its gain [B] (1 is the features' whole range); silence stays silent."""
    louder = (features + gains[:, None, None]).clamp(0.0, 1.0)
    return torch.where(features > 0, louder, features)


def _whole_numbers(features: Tensor, reach: int, generator: torch.Generator) -> Tensor:
    return torch.randint(-reach, reach + 1, (len(features),), generator=generator).to(features.device)


def _factors(features: Tensor, reach: float, generator: torch.Generator) -> Tensor:
    """Draw a factor [B, 1] within 1 - reach and 1 + reach for each sample."""
    factors = 1 + (torch.rand(len(features), 1, generator=generator) * 2 - 1) * reach
    return factors.to(features)


def _stripe(features: Tensor, axis: int, widest: int, generator: torch.Generator) -> Tensor:
    """Draw a mask, broadcastable to [B, M, T], that is 0 on one stripe of up to `widest` places along the axis."""
    size = features.shape[axis]
    widths = torch.randint(widest + 1, (len(features), 1), generator=generator)
    starts = (torch.rand(len(features), 1, generator=generator) * (size - widths + 1)).long()
    places = torch.arange(size)
    is_outside = (places < starts) | (places >= starts + widths)
    return is_outside.to(features).unsqueeze(3 - axis)
