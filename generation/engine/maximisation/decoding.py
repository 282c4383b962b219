"""The decoder that a search may go through: from its position to features, and to the code they were decoded from."""

from collections.abc import Callable
from typing import Protocol

from torch import Tensor

from generation.engine.maximisation.recipes import MaximisationRecipe, Space
from generation.engine.prior import Autoencoder


class Prior(Protocol):
    """A decoder that turns codes into features, and the whitening of its codes."""

    def encode(self, features: Tensor) -> Tensor:
        """Encode features [B, M, T] -> code [B, D]."""

    def decode(self, code: Tensor) -> Tensor:
        """Decode code [B, D] -> features [B, M, T]."""

    def whiten(self, code: Tensor) -> Tensor:
        """Express code [B, D] in coordinates of mean 0 and covariance I over the training recordings."""

    def unwhiten(self, whitened: Tensor) -> Tensor:
        """Turn what `whiten` gave back into code [B, D]."""


class PriorIsMissing(ValueError):
    """The recipe searches a decoder's code, and no decoder was given."""


def decoder(prior: Prior | None, recipe: MaximisationRecipe) -> Callable[[Tensor], Tensor]:
    """Give the way from a position [B, ...] of the search to features [B, M, T]."""
    if recipe.space is Space.FEATURES or prior is None:
        return lambda position: position
    decode = prior.decoder_for_search() if isinstance(prior, Autoencoder) else prior.decode
    if recipe.whitened:
        return lambda position: decode(prior.unwhiten(position))
    return decode


def code_at(position: Tensor, prior: Prior | None, recipe: MaximisationRecipe) -> Tensor | None:
    """Give the code [B, D] at a position [B, ...] of the search, None where features are searched directly."""
    if recipe.space is Space.FEATURES or prior is None:
        return None
    return prior.unwhiten(position) if recipe.whitened else position
