"""Who examines: the classifiers climbed, the judges, the decoder prior, and what they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from generation.engine.checkpoints import LoadedNetwork
from generation.engine.corpora.feature_sets import FeatureSet
from generation.engine.examination.tallies import agreed
from generation.engine.judging import judge_audio, probabilities
from generation.engine.maximisation.recipes import MaximisationRecipe, Space


@dataclass(frozen=True)
class Panel:
    """What an examination works with.

    climbed, judges: checkpoint slug -> classifier. prior: the decoder, if the recipe searches its code, and what maps
    recordings to codes. recipe: of the searches.
    """

    feature_set: FeatureSet
    climbed: Mapping[str, LoadedNetwork]
    judges: Mapping[str, LoadedNetwork]
    prior: LoadedNetwork | None
    recipe: MaximisationRecipe
    device: torch.device

    @property
    def classifiers(self) -> dict[str, LoadedNetwork]:
        """Give all that judge: the climbed first."""
        return {**self.climbed, **self.judges}

    @property
    def decoder(self) -> Any:
        """Give the prior's network, None if there is no prior."""
        return None if self.prior is None else self.prior.network

    @property
    def start_shape(self) -> tuple[int, ...]:
        """Give the shape of one search's start: (D,) of a code or (M, T) of features."""
        if self.recipe.space is Space.DECODER:
            return (self.decoder.code_size,)
        return (self.feature_set.config.n_mels, self.feature_set.config.n_frames)

    def hear_features(self, features: Tensor) -> dict[str, Tensor]:
        """Give what each classifier says of features [B, M, T]: slug -> probabilities [B, W]."""
        return {slug: probabilities(loaded.network, features).cpu() for slug, loaded in self.classifiers.items()}

    def hear_audio(self, waveforms: Tensor) -> dict[str, Tensor]:
        """Give what each classifier says of waveforms [B, N], analysed again: slug -> probabilities [B, W]."""
        config = self.feature_set.config
        return {slug: judge_audio(each.network, waveforms, config).cpu() for slug, each in self.classifiers.items()}

    @torch.inference_mode()
    def features_of_start(self, start: Tensor) -> Tensor:
        """Give the features [B, M, T] that a search began with."""
        if self.recipe.space is Space.FEATURES:
            return start
        features: Tensor = self.decoder.decode(self.decoder.unwhiten(start) if self.recipe.whitened else start)
        return features

    @torch.inference_mode()
    def codes_of_start(self, start: Tensor) -> Tensor:
        """Give the codes [B, D] that a search began with; of features, what `codes_of` gives."""
        if self.recipe.space is Space.FEATURES:
            return self.codes_of(start)
        codes: Tensor = self.decoder.unwhiten(start) if self.recipe.whitened else start
        return codes

    @torch.inference_mode()
    def codes_of(self, features: Tensor) -> Tensor:
        """Give the prior's codes [B, D] of features [B, M, T]; the features themselves, in a row, without a prior."""
        if self.prior is None:
            return features.flatten(1)
        codes: Tensor = self.decoder.encode(features.to(self.device))
        return codes

    @torch.inference_mode()
    def whitened(self, codes: Tensor) -> Tensor:
        """Express codes [R, D] so that recordings vary as much in every direction; features, without a prior, stay."""
        if self.prior is None:
            return codes
        whitened: Tensor = self.decoder.whiten(codes.to(self.device)).cpu()
        return whitened

    def agrees(self, heard: Mapping[str, Tensor], target: int) -> Tensor:
        """Tell for each sound [B] whether the climbed classifiers and all judges hear the target."""
        return agreed(list(heard.values()), target)
