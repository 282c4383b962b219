"""What every card says of a training, whatever the network."""

import platform
from importlib.metadata import version
from typing import Any

import torch
from torch import nn

from generation.catalogue import NETWORKS
from generation.engine.corpora.feature_sets import FeatureSet

CORPUS_FIELDS = ("title", "origin", "is_synthetic", "licence")
LIBRARIES = ("torch", "torchaudio", "numpy", "soundfile")


def card_of(
    network_slug: str, network: nn.Module, feature_set: FeatureSet, *, seed: int, device: torch.device, seconds: float
) -> dict[str, Any]:
    """Describe a training: network, corpus, features, words, seed, versions, device and wall time in seconds."""
    return {
        "network": network_slug,
        "role": NETWORKS[network_slug].role,
        "settings": network.settings,
        "n_parameters": sum(each.numel() for each in network.parameters()),
        "features": feature_set.config.as_dict(),
        "words": list(feature_set.words),
        "labels": feature_set.labelled_by,
        "corpus": {
            "digest": feature_set.corpus_digest,
            **{name: feature_set.corpus_card.get(name) for name in CORPUS_FIELDS},
        },
        "recordings": {split: feature_set.splits.count(split) for split in sorted(set(feature_set.splits))},
        "seed": seed,
        "seconds": round(seconds, 3),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else f"{device} ({platform.machine()})",
        "threads": torch.get_num_threads(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
    }
