"""Which training belongs to which vocoder's network."""

from collections.abc import Callable, Mapping
from typing import Any

from generation.engine.checkpoints import TrainedNetwork
from generation.engine.corpora.feature_sets import FeatureSet
from generation.engine.training.vocos import train_vocos
from generation.engine.training.wavenet import train_wavenet

TRAININGS: dict[str, Callable[..., TrainedNetwork]] = {"wavenet": train_wavenet, "vocos": train_vocos}


class VocoderCannotBeTrained(ValueError):
    """There is no training for this network, or not with these settings."""


def train_vocoder(
    network_slug: str, feature_set: FeatureSet, settings: Mapping[str, Any], **common: Any
) -> TrainedNetwork:
    """Train a vocoder's network with its settings (`steps`, a WaveNet's `size`); common: seed, device, progress.

    Raises VocoderCannotBeTrained and what the training raises.
    """
    if network_slug not in TRAININGS:
        raise VocoderCannotBeTrained(f"There is no training of {network_slug}: choose one of {', '.join(TRAININGS)}.")
    known = {"steps", "size"} if network_slug == "wavenet" else {"steps"}
    if unknown := sorted(set(settings) - known):
        raise VocoderCannotBeTrained(
            f"The training of {network_slug} has no setting {', '.join(unknown)}: choose among {', '.join(known)}."
        )
    if settings.get("steps", 0) < 1:
        raise VocoderCannotBeTrained(f"The training of {network_slug} needs steps, 1 or more.")
    return TRAININGS[network_slug](feature_set, **settings, **common)
