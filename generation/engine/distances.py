"""How far sounds are apart, measured on their features."""

from torch import Tensor

from generation.engine.features import FeatureConfig


def log_mel_distance(features: Tensor, reference: Tensor, config: FeatureConfig) -> Tensor:
    """Give the mean absolute difference in dB [B] between features [B, M, T] and reference [B, M, T].

    Only the reference's active cells count, those above the floor of its features: elsewhere both are clipped. A
    reference without any has the distance nan.
    """
    is_active = reference > 0
    decibels = (features.clamp(0.0, 1.0) - reference).abs() * config.range_db
    distance: Tensor = (decibels * is_active).sum(dim=(1, 2)) / is_active.sum(dim=(1, 2))
    return distance
