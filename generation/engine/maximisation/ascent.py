"""How a gradient becomes a step: to the last bit what SGD and Adam of `torch.optim` do on a processor.

They are written out because `torch.optim` loads a compiler at its first use, which takes four seconds of every process.
"""

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from generation.engine.maximisation.recipes import MaximisationRecipe, Optimiser

BETAS = (0.9, 0.99)
SMALLEST = 1e-8


class Ascent(ABC):
    """Moves positions [R, ...] uphill, and remembers of each row what its next step needs."""

    def __init__(self, rate: float, decay: float = 1.0) -> None:
        """Start with steps of this rate, each smaller than the one before by the factor `decay`."""
        self.rate = rate
        self._decay = decay

    def step(self, position: Tensor, gradient: Tensor) -> None:
        """Move the positions [R, ...] in place, by the gradient [R, ...]."""
        self._move(position, gradient)
        self.rate *= self._decay

    @abstractmethod
    def _move(self, position: Tensor, gradient: Tensor) -> None:
        """Move the positions [R, ...] by a step of the present rate."""

    @abstractmethod
    def keep(self, rows: Tensor) -> None:
        """Forget all but some rows, whose numbers are given in their new order."""


class Steepest(Ascent):
    """Goes along the gradient."""

    @torch.no_grad()
    def _move(self, position: Tensor, gradient: Tensor) -> None:
        """Move by the rate times the gradient."""
        position.add_(gradient, alpha=self.rate)

    def keep(self, rows: Tensor) -> None:
        """Do nothing: no step is remembered."""


class Adam(Ascent):
    """Goes along the mean of past gradients, each number in relation to its usual size (Kingma & Ba 2015)."""

    def __init__(self, rate: float, decay: float, like: Tensor) -> None:
        super().__init__(rate, decay)
        self._steps = 0
        self._mean, self._mean_square = torch.zeros_like(like), torch.zeros_like(like)

    @torch.no_grad()
    def _move(self, position: Tensor, gradient: Tensor) -> None:
        """Move by the rate, times the mean gradient over the root of the mean square, both freed of their bias to 0."""
        self._steps += 1
        for_mean, for_square = BETAS
        self._mean.lerp_(gradient, 1 - for_mean)
        self._mean_square.mul_(for_square).addcmul_(gradient, gradient, value=1 - for_square)
        size = (self._mean_square.sqrt() / (1 - for_square**self._steps) ** 0.5).add_(SMALLEST)
        position.addcdiv_(self._mean, size, value=self.rate / (1 - for_mean**self._steps))

    def keep(self, rows: Tensor) -> None:
        """Keep the means of some rows."""
        self._mean, self._mean_square = self._mean[rows], self._mean_square[rows]


def ascent(recipe: MaximisationRecipe, start: Tensor) -> Ascent:
    """Give the recipe's way of climbing from start [R, ...]."""
    if recipe.optimiser is Optimiser.ADAM:
        return Adam(recipe.rate, recipe.decay, start)
    return Steepest(recipe.rate, recipe.decay)
