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

    rows: [R], which samples of the batch are computed. position: [R, ...], theirs. start, found: [B, ...], where every
    sample last began, and where it stood when it left. steps_taken: [B], after how many steps that was, and
    starts_taken: [B], from how many starts.
    """

    def __init__(
        self, start: Tensor, groups: Tensor, recipe: MaximisationRecipe, n_classifiers: int, later_starts: Tensor
    ) -> None:
        """Begin at start [B, ...] in groups [B], and whoever begins again at the next of later_starts [K, B, ...]."""
        self._recipe = recipe
        self._n_classifiers = n_classifiers
        self._later_starts = later_starts
        self._groups = groups
        self.rows = torch.arange(len(start), device=start.device)
        self.position = start.detach().clone()
        self._ascent = ascent(recipe, self.position)
        self.start = start.detach().clone()
        self.found = self.start.clone()
        self.steps_taken = torch.full_like(self.rows, recipe.steps)
        self.starts_taken = torch.ones_like(self.rows)
        self._is_climbing = torch.ones_like(self.rows, dtype=torch.bool)
        # In how many steps up to now all that were heard took a sample, or refused it.
        self._held_for, self._refused_for = torch.zeros_like(self.rows), torch.zeros_like(self.rows)

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

    def judge(self, step: int, responses: Sequence[Response], targets: Tensor) -> None:
        """Let go whom the responses to the step's disturbed features show to have been held for long enough.

        When it is time for that, whoever no classifier takes for its target [R] begins again. Where they are heard in
        turn, either needs a step of each.
        """
        if self._recipe.patience is None:
            return
        log_odds = torch.stack([Margin().of_response(each, targets).detach() for each in responses])
        asked_for = self._recipe.assurance * (1 - step / self._recipe.steps)
        held_for = self._counted(self._held_for, log_odds.amin(dim=0) >= asked_for)
        refused_for = self._counted(self._refused_for, log_odds.amax(dim=0) < 0)
        is_climbing = self._is_climbing[self.rows]
        n_steps_of_all = self._n_classifiers // len(responses)
        leaving = is_climbing & (held_for >= max(self._recipe.patience, n_steps_of_all))
        if self._recipe.renewal is not None and (step + 1) % self._recipe.renewal == 0:
            is_stuck = is_climbing & ~leaving & (refused_for >= n_steps_of_all)
            self._begin_again((step + 1) // self._recipe.renewal - 1, is_stuck)
        if bool(leaving.any()):
            self._release(leaving, step + 1)

    def end(self) -> None:
        """Note where the samples stand that climbed to the last step."""
        still = self._is_climbing[self.rows]
        self.found[self.rows[still]] = self.position[still]

    def _counted(self, steps: Tensor, goes_on: Tensor) -> Tensor:
        """Count one more step [R] where something goes on, and begin anew where it ended; steps [B] keeps the count."""
        steps[self.rows] = torch.where(goes_on, steps[self.rows] + 1, 0)
        return steps[self.rows]

    def _begin_again(self, time: int, is_stuck: Tensor) -> None:
        """Send the stuck rows [R] to another start, if there is one for this time."""
        if time >= len(self._later_starts):
            return
        rows = is_stuck.nonzero()[:, 0]
        samples = self.rows[rows]
        self.start[samples] = self._later_starts[time, samples]
        self.position[rows] = self.start[samples]
        self.starts_taken[samples] += 1
        self._held_for[samples], self._refused_for[samples] = 0, 0
        self._ascent.begin_again(rows)

    def _release(self, leaving: Tensor, steps_taken: int) -> None:
        gone = self.rows[leaving]
        self.found[gone] = self.position[leaving]
        self.steps_taken[gone] = steps_taken
        self._is_climbing[gone] = False
        is_climbing = self._is_climbing[self.rows]
        # Those that climb, and behind them as many of the others as it takes.
        order = torch.argsort((~is_climbing).long(), stable=True)
        self._keep(order[: max(int(is_climbing.sum()), min(STEADY, len(self.rows)))])

    def _keep(self, kept: Tensor) -> None:
        """Go on with some of the rows."""
        self.position = self.position[kept]
        self._ascent.keep(kept)
        self.rows = self.rows[kept]
