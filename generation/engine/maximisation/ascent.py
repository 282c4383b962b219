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

    def __init__(self, rate: float, decay: float, like: Tensor) -> None:
        """Start with steps of this rate for rows like these [R, ...], each `decay` times as long as the one before."""
        self._rate, self._decay = rate, decay
        self._taken = like.new_zeros(len(like), *[1] * (like.dim() - 1), dtype=torch.float64)

    @torch.no_grad()
    def step(self, position: Tensor, gradient: Tensor) -> None:
        """Move the positions [R, ...] in place, by the gradient [R, ...]."""
        self._move(position, gradient)
        self._taken += 1

    @abstractmethod
    def _move(self, position: Tensor, gradient: Tensor) -> None:
        """Move the positions [R, ...] by a step of the present length."""

    def keep(self, rows: Tensor) -> None:
        """Forget all but some rows, whose numbers are given in their new order."""
        self._taken = self._taken[rows]

    def begin_again(self, rows: Tensor) -> None:
        """Forget the steps that some rows took: their next one is a first."""
        self._taken[rows] = 0

    def _shortened(self, move: Tensor) -> Tensor:
        """Shorten a move [R, ...] of the first length to that of each row's next step."""
        return move if self._decay == 1.0 else move * (self._decay**self._taken).to(move.dtype)


class Steepest(Ascent):
    """Goes along the gradient."""

    def _move(self, position: Tensor, gradient: Tensor) -> None:
        """Move by the rate times the gradient."""
        position.add_(self._shortened(gradient), alpha=self._rate)


class Adam(Ascent):
    """Goes along the mean of past gradients, each number in relation to its usual size (Kingma & Ba 2015)."""

    def __init__(self, rate: float, decay: float, like: Tensor) -> None:
        super().__init__(rate, decay, like)
        self._mean, self._mean_square = torch.zeros_like(like), torch.zeros_like(like)

    def _move(self, position: Tensor, gradient: Tensor) -> None:
        """Move by the rate, times the mean gradient over the root of the mean square, both freed of their bias to 0."""
        for_mean, for_square = ((1 - beta ** (self._taken + 1)) for beta in BETAS)
        self._mean.lerp_(gradient, 1 - BETAS[0])
        self._mean_square.mul_(BETAS[1]).addcmul_(gradient, gradient, value=1 - BETAS[1])
        size = (self._mean_square.sqrt() / for_square.sqrt().to(gradient.dtype)).add_(SMALLEST)
        position.addcdiv_(self._shortened(self._mean) * (self._rate / for_mean).to(gradient.dtype), size)

    def keep(self, rows: Tensor) -> None:
        """Keep the means of some rows."""
        super().keep(rows)
        self._mean, self._mean_square = self._mean[rows], self._mean_square[rows]

    def begin_again(self, rows: Tensor) -> None:
        """Forget the means of some rows."""
        super().begin_again(rows)
        self._mean[rows], self._mean_square[rows] = 0.0, 0.0


def ascent(recipe: MaximisationRecipe, start: Tensor) -> Ascent:
    """Give the recipe's way of climbing from start [R, ...]."""
    if recipe.optimiser is Optimiser.ADAM:
        return Adam(recipe.rate, recipe.decay, start)
    return Steepest(recipe.rate, recipe.decay, start)
