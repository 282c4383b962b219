"""Where searches start: at noise, or at recordings."""

from collections.abc import Sequence

import torch
from torch import Tensor

from generation.engine.maximisation.decoding import Prior, PriorIsMissing
from generation.engine.maximisation.recipes import MaximisationRecipe, Space


def noise_start(shape: Sequence[int], recipe: MaximisationRecipe, generators: Sequence[torch.Generator]) -> Tensor:
    """Draw normal noise [B, *shape] of the recipe's deviation, each sample from its own generator."""
    drawn = [torch.randn(tuple(shape), generator=generator) for generator in generators]
    return torch.stack(drawn) * recipe.start_deviation


def later_starts(
    start: Tensor, recipe: MaximisationRecipe, generators: Sequence[torch.Generator], *, from_noise: bool
) -> Tensor:
    """Draw where the samples [B, ...] begin again [K, B, ...], K times at most; nowhere if they start from no noise."""
    times = (recipe.steps - 1) // recipe.renewal if from_noise and recipe.renewal is not None else 0
    drawn = [noise_start(start.shape[1:], recipe, generators) for _ in range(times)]
    return torch.stack(drawn).to(start.device) if drawn else start.new_empty(0, *start.shape)


@torch.no_grad()
def recording_start(features: Tensor, prior: Prior | None, recipe: MaximisationRecipe) -> Tensor:
    """Give the position of recordings' features [B, M, T] in the recipe's space: themselves, or their code [B, D]."""
    if recipe.space is Space.FEATURES:
        return features.clone()
    if prior is None:
        raise PriorIsMissing("The search starts at a recording's code: give a trained decoder prior.")
    code = prior.encode(features)
    return prior.whiten(code) if recipe.whitened else code
