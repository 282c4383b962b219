"""How far sounds are apart, measured on their features."""

from collections.abc import Hashable, Sequence

import torch
from torch import Tensor

from generation.engine.corpora.feature_sets import FeatureSet
from generation.engine.corpora.splits import Split
from generation.engine.features import FeatureConfig

CHUNK = 1024


class NothingToCompare(ValueError):
    """No word has two samples, so that no distance within a word can be measured."""


def log_mel_distance(features: Tensor, reference: Tensor, config: FeatureConfig) -> Tensor:
    """Give the mean absolute difference in dB [B] between features [B, M, T] and reference [B, M, T].

    Only the reference's active cells count, those above the floor of its features: elsewhere both are clipped. A
    reference without any has the distance nan.
    """
    is_active = reference > 0
    decibels = (features.clamp(0.0, 1.0) - reference).abs() * config.range_db
    distance: Tensor = (decibels * is_active).sum(dim=(1, 2)) / is_active.sum(dim=(1, 2))
    return distance


def nearest_recordings(features: Tensor, feature_set: FeatureSet, split: Split) -> tuple[Tensor, Tensor]:
    """Find the split's recording nearest to each of features [B, M, T]: its distance [B], and its row [B].

    The distance is the root mean square over cells, of features clipped to [0, 1] as a vocoder would have them; 0 is a
    copy. Recordings and features are gone through in chunks, so that the table of all distances is never held.
    """
    rows = feature_set.rows(split)
    chunks = torch.split(_flat(features), CHUNK)
    found = torch.cat([_nearest(chunk, feature_set.features, rows) for chunk in chunks])
    distances = [
        (chunk - feature_set.features[near].flatten(1)).square().mean(dim=1).sqrt()
        for chunk, near in zip(chunks, torch.split(found, CHUNK), strict=True)
    ]
    return torch.cat(distances), found


def mean_pairwise_distance(features: Tensor, labels: Sequence[Hashable]) -> float:
    """Give the diversity of features [B, M, T]: how far different samples of one word are apart, over words.

    The root mean square over cells, of features clipped to [0, 1], as a mean over a word's pairs and then over the
    words; a word with a single sample has no pair and does not count. Raises NothingToCompare if none has.
    """
    words: dict[Hashable, list[int]] = {}
    for row, label in enumerate(labels):
        words.setdefault(label, []).append(row)
    flat = _flat(features)
    means = [_mean_distance(flat[rows]) for rows in words.values() if len(rows) > 1]
    if not means:
        raise NothingToCompare("No word has two samples to measure diversity between: give more samples of each.")
    return sum(means) / len(means)


def _flat(features: Tensor) -> Tensor:
    return features.detach().cpu().clamp(0.0, 1.0).flatten(1)


def _nearest(sounds: Tensor, recordings: Tensor, rows: Tensor) -> Tensor:
    """Give the row [B], among the rows [R] of recordings [., M, T], nearest to each of sounds [B, M T]."""
    best = torch.full((len(sounds),), torch.inf, dtype=torch.float64)
    found = torch.empty(len(sounds), dtype=torch.int64)
    for chunk in torch.split(rows, CHUNK):
        nearer, position = _squared_distances(sounds, recordings[chunk].flatten(1)).min(dim=1)
        found = torch.where(nearer < best, chunk[position], found)
        best = torch.minimum(nearer, best)
    return found


def _mean_distance(sounds: Tensor) -> float:
    distances = (_squared_distances(sounds, sounds).clamp(min=0.0) / sounds.shape[1]).sqrt()
    return float(distances.fill_diagonal_(0.0).sum()) / (len(sounds) * (len(sounds) - 1))


def _squared_distances(sounds: Tensor, others: Tensor) -> Tensor:
    """Give the squared distance [B, R] of sounds [B, C] from others [R, C]; in double, where near ones stay near."""
    first, second = sounds.double(), others.double()
    lengths = first.square().sum(dim=1)[:, None] + second.square().sum(dim=1)
    squared: Tensor = lengths - 2 * first @ second.T
    return squared
