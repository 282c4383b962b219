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

    def __init__(self, rate: float) -> None:
        self.rate = rate

    @abstractmethod
    def step(self, position: Tensor, gradient: Tensor) -> None:
        """Move the positions [R, ...] in place, by the gradient [R, ...]."""

    @abstractmethod
    def keep(self, rows: Tensor) -> None:
        """Forget all but some rows, whose numbers are given in their new order."""


class Steepest(Ascent):
    """Goes along the gradient."""

    @torch.no_grad()
    def step(self, position: Tensor, gradient: Tensor) -> None:
        """Move by the rate times the gradient."""
        position.add_(gradient, alpha=self.rate)

    def keep(self, rows: Tensor) -> None:
        """Do nothing: no step is remembered."""


class Adam(Ascent):
    """Goes along the mean of past gradients, each number in relation to its usual size (Kingma & Ba 2015)."""

    def __init__(self, rate: float, like: Tensor) -> None:
        super().__init__(rate)
        self._steps = 0
        self._mean, self._mean_square = torch.zeros_like(like), torch.zeros_like(like)

    @torch.no_grad()
    def step(self, position: Tensor, gradient: Tensor) -> None:
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
    return Adam(recipe.rate, start) if recipe.optimiser is Optimiser.ADAM else Steepest(recipe.rate)
