"""The samples of a search that are still climbing: where they stand, and who has found its word and may leave.

A batch that shrinks computes less. It keeps at least STEADY rows, if it had them, by letting some that have left ride
along unheeded: matrix products of fewer rows are rounded otherwise, and a sample's bits would hang on who is left.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from generation.engine.maximisation.ascent import ascent
from generation.engine.maximisation.objectives.margin import Margin
from generation.engine.maximisation.recipes import MaximisationRecipe
from generation.engine.maximisation.responses import Response
from generation.engine.maximisation.shares import STEADY


class Climb:
    """The rows of a batch that are computed, their positions and how they move; and what the others have found.

    rows: [R], which samples of the batch are computed. position: [R, ...], theirs. found: [B, ...], where every
    sample stood when it left. steps_taken: [B], after how many steps that was.
    """

    def __init__(self, start: Tensor, groups: Tensor, recipe: MaximisationRecipe) -> None:
        self._recipe = recipe
        self._groups = groups
        self.rows = torch.arange(len(start), device=start.device)
        self.position = start.detach().clone().requires_grad_()
        self._ascent = ascent(recipe, self.position.detach())
        self.found = start.detach().clone()
        self.steps_taken = torch.full_like(self.rows, recipe.steps)
        self._is_climbing = torch.ones_like(self.rows, dtype=torch.bool)
        self._held_for = torch.zeros_like(self.rows)

    @property
    def is_over(self) -> bool:
        """Tell whether all samples have left."""
        return self._recipe.patience is not None and not bool(self._is_climbing.any())

    @property
    def groups(self) -> Tensor:
        """Tell which rows [R] are searched as a group; whoever has left is in none, and moves nobody."""
        return torch.where(self._is_climbing[self.rows], self._groups[self.rows], -1 - self.rows)

    def step(self, gradient: Tensor) -> None:
        """Move the positions by the gradient [R, ...]."""
        self._ascent.step(self.position, gradient)

    def retire(self, step: int, responses: Sequence[Response], targets: Tensor) -> None:
        """Let go whom the responses to the step's disturbed features show to have been held for long enough.

        targets: [R].
        """
        if self._recipe.patience is None:
            return
        held = torch.stack([Margin().of_response(each, targets) for each in responses]).amin(dim=0).detach()
        held_for = self._held_for[self.rows]
        self._held_for[self.rows] = torch.where(held >= self._recipe.assurance, held_for + 1, 0)
        leaving = self._is_climbing[self.rows] & (self._held_for[self.rows] >= self._recipe.patience)
        if bool(leaving.any()):
            self._release(leaving, step + 1)

    def end(self) -> None:
        """Note where the samples stand that climbed to the last step."""
        still = self._is_climbing[self.rows]
        self.found[self.rows[still]] = self.position.detach()[still]

    def _release(self, leaving: Tensor, steps_taken: int) -> None:
        gone = self.rows[leaving]
        self.found[gone] = self.position.detach()[leaving]
        self.steps_taken[gone] = steps_taken
        self._is_climbing[gone] = False
        is_climbing = self._is_climbing[self.rows]
        # Those that climb, and behind them as many of the others as it takes.
        order = torch.argsort((~is_climbing).long(), stable=True)
        self._keep(order[: max(int(is_climbing.sum()), min(STEADY, len(self.rows)))])

    def _keep(self, kept: Tensor) -> None:
        """Go on with some of the rows."""
        self.position = self.position.detach()[kept].requires_grad_()
        self._ascent.keep(kept)
        self.rows = self.rows[kept]
