"""Vocos as a vocoder: all frames' spectra at once, some forty times faster than real time on one core."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Self

import torch
from torch import Tensor

from generation.engine.checkpoints import LoadedNetwork
from generation.engine.features import FeatureConfig, linear_magnitude
from generation.engine.networks.vocos import Vocos
from generation.engine.refinement import refine
from generation.engine.vocoder import FeaturesDoNotFit, check_shape

REFINEMENTS = 3


class VocosCheckpointIsMissing(ValueError):
    """No trained Vocos was given."""


class VocosVocoder:
    """Turns features into a waveform with a trained Vocos, then draws it to the features.

    It draws nothing by lot: the same features always give the same waveform, and the seeds decide nothing. Computed in
    double precision, so that rounding, which depends on a clip's batch, is too small to be heard of.
    """

    def __init__(self, network: Vocos, config: FeatureConfig, sha256: str = "") -> None:
        self._network = deepcopy(network).double().eval()
        self._config = config
        self._sha256 = sha256

    @classmethod
    def load(cls, config: FeatureConfig, checkpoint: LoadedNetwork | None, device: torch.device) -> Self:
        """Make the vocoder of a checkpoint. Raises VocosCheckpointIsMissing and FeaturesDoNotFit."""
        if checkpoint is None or not isinstance(checkpoint.network, Vocos):
            raise VocosCheckpointIsMissing("The Vocos vocoder needs a checkpoint of a vocos: train one.")
        if checkpoint.card["features"] != config.as_dict():
            raise FeaturesDoNotFit(
                f"The Vocos was trained on the features {checkpoint.card['features']}, these are {config.as_dict()}: "
                "train a Vocos on these, or make the features with its configuration."
            )
        return cls(checkpoint.network.to(device), config, checkpoint.sha256)

    @property
    def settings(self) -> dict[str, Any]:
        """Give what decides the waveform beside the features."""
        return {"refinements": REFINEMENTS, "checkpoint_sha256": self._sha256}

    @torch.inference_mode()
    def __call__(self, features: Tensor, *, seeds: Sequence[int]) -> Tensor:
        """Turn features [B, M, T] in [0, 1] into waveform [B, N]."""
        check_shape(features, self._config)
        precise = features.double()
        waveform = self._network(precise, linear_magnitude(precise, self._config))
        return refine(waveform, precise, self._config, REFINEMENTS).float()
