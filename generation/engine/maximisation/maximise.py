"""Activation maximisation, batched: search for features that a classifier takes for a word (Soomro et al. 2019).

Each sample of a batch is searched by itself: its gradient, step and disturbances depend on no other sample, so that a
batch gives what a loop over its samples would. Only an objective that looks at a group couples its samples, and then
a batch holds whole groups.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from generation.engine.devices import keep_freed_memory
from generation.engine.maximisation.climb import Climb
from generation.engine.maximisation.decoding import Prior, PriorIsMissing, code_at
from generation.engine.maximisation.landscape import Landscape
from generation.engine.maximisation.recipes import MaximisationRecipe, Space
from generation.engine.maximisation.shares import STEADY, each_in_a_thread, filled, shares_of
from generation.engine.maximisation.starts import later_starts
from generation.engine.maximisation.transform import draw_numbers


class NetworkIsTraining(RuntimeError):
    """A network is in training mode, where dropout and batch statistics would mix the samples of a batch."""


class SearchDiverged(FloatingPointError):
    """The objective is no longer a number."""


@dataclass(frozen=True)
class Maximised:
    """What a search found: features [B, M, T], not clipped; the code [B, D] they were decoded from, if any; where the
    climb to them began [B, ...], which is not the start given where a sample began again; how the objective and the
    target's probability (both [steps + 1, B], means over the classifiers heard) went on the way; the steps that each
    sample took [B], fewer than the recipe's where it left early; and the starts it took [B], more than 1 where it began
    again.

    Row `steps_taken` of a sample and those after it belong to the features found; the rows before it were taken with
    that step's disturbances.
    """

    features: Tensor
    code: Tensor | None
    start: Tensor
    objective: Tensor
    probability: Tensor
    steps_taken: Tensor
    starts_taken: Tensor


def maximise(
    start: Tensor,
    targets: Tensor,
    classifiers: Sequence[nn.Module],
    prior: Prior | None,
    recipe: MaximisationRecipe,
    generators: Sequence[torch.Generator],
    groups: Tensor | None = None,
    *,
    fill_to: int = STEADY,
    from_noise: bool = False,
) -> Maximised:
    """Climb from `start` [B, M, T] or [B, D] (as `noise_start` or `recording_start` gives it) to the targets [B].

    Searches for features that all `classifiers` (features [B, M, T] -> logits [B, W]) take for the target; what each
    sample is disturbed by comes from its own generator (on the CPU). Features searched directly are not clipped on
    the way unless the recipe says so: whoever hands them on to a vocoder clips them to [0, 1].
    groups: [B], which samples are searched as a group where the objective looks at groups; unless given, as many
    neighbours as it says. fill_to: compute so many rows at least, though fewer are asked for. from_noise: the start is
    noise, so that a sample may begin again at other noise of its generator, where the recipe says so.
    On a processor a sample's bits are the same whatever its batch and the number of threads, unless `fill_to` is less
    than STEADY. Raises PriorIsMissing, NetworkIsTraining, SearchDiverged, and what the objective raises.
    """
    _check_networks(classifiers, prior, recipe)
    keep_freed_memory()
    rows, groups = filled(len(start), fill_to, _neighbours(targets, recipe) if groups is None else groups)
    numbers = draw_numbers(recipe.transforms, recipe.steps, generators, start.device)
    later = later_starts(start, recipe, generators, from_noise=from_noise)
    search = _Search(Landscape(classifiers, prior, recipe), prior, recipe)

    def climb(share: slice) -> Maximised:
        own = rows[share]
        return search.climb(start[own], targets[own], groups[share], numbers[:, own], later[:, own])

    shares = shares_of(groups.tolist(), _n_shares(start.device, recipe))
    found = each_in_a_thread(climb, shares) if start.device.type == "cpu" else [climb(share) for share in shares]
    return _joined(found, len(start))


def _n_shares(device: torch.device, recipe: MaximisationRecipe) -> int:
    """Tell into how many shares a batch is cut; only one thread at a time can listen at a network's layers."""
    return torch.get_num_threads() if device.type == "cpu" and not recipe.objective.layers else 1


def _joined(found: Sequence[Maximised], count: int) -> Maximised:
    """Put what shares found together, without the rows after so many. Raises SearchDiverged."""
    codes = [each.code for each in found if each.code is not None]
    objective = torch.cat([each.objective for each in found], dim=1)[:, :count]
    _check_finite(objective)
    return Maximised(
        torch.cat([each.features for each in found])[:count],
        torch.cat(codes)[:count] if codes else None,
        torch.cat([each.start for each in found])[:count],
        objective,
        torch.cat([each.probability for each in found], dim=1)[:, :count],
        torch.cat([each.steps_taken for each in found])[:count],
        torch.cat([each.starts_taken for each in found])[:count],
    )


@dataclass(frozen=True)
class _Search:
    """What all shares of a batch have in common."""

    landscape: Landscape
    prior: Prior | None
    recipe: MaximisationRecipe

    def climb(self, start: Tensor, targets: Tensor, groups: Tensor, numbers: Tensor, later: Tensor) -> Maximised:
        """Climb from start [B, ...], and later ones [K, B, ...], to targets [B] in groups [B].

        numbers: [steps, B, N], how samples are disturbed.
        """
        climb = Climb(start, groups, self.recipe, self.landscape.n_classifiers, later)
        objectives, probabilities = start.new_zeros(2, self.recipe.steps + 1, len(start))
        for step in range(self.recipe.steps):
            rows = climb.rows
            slope = self.landscape.slope(step, climb.position, targets[rows], climb.groups, numbers[step, rows])
            climb.step(slope.gradient)
            _return_to_bounds(climb.position, self.recipe)
            objectives[step, rows], probabilities[step, rows] = slope.objective, slope.probability
            climb.judge(step, slope.responses, targets[rows])
            if climb.is_over:
                break
        climb.end()
        summit = self.landscape.summit(climb.found, targets, groups)
        return Maximised(
            summit.features,
            code_at(climb.found, self.prior, self.recipe),
            climb.start,
            _ended(objectives, climb.steps_taken, summit.objective),
            _ended(probabilities, climb.steps_taken, summit.probability),
            climb.steps_taken,
            climb.starts_taken,
        )


def _check_networks(classifiers: Sequence[nn.Module], prior: Prior | None, recipe: MaximisationRecipe) -> None:
    if recipe.space is Space.DECODER and prior is None:
        raise PriorIsMissing("The recipe searches a decoder's code: give a trained decoder prior.")
    for network in [*classifiers, prior]:
        if isinstance(network, nn.Module) and network.training:
            raise NetworkIsTraining(f"{type(network).__name__} is in training mode: call its eval() first.")


def _neighbours(targets: Tensor, recipe: MaximisationRecipe) -> Tensor:
    return torch.arange(len(targets), device=targets.device) // recipe.objective.group_size


def _ended(way: Tensor, steps_taken: Tensor, last: Tensor) -> Tensor:
    """Give the way [steps + 1, B] with every sample's last value [B] from where it left."""
    steps = torch.arange(len(way), device=way.device)[:, None]
    return torch.where(steps >= steps_taken, last, way)


@torch.no_grad()
def _return_to_bounds(position: Tensor, recipe: MaximisationRecipe) -> None:
    if recipe.shell:
        radius = math.sqrt(position.shape[1])
        position.mul_((radius / position.norm(dim=1, keepdim=True)).clamp(max=1.0))
    if recipe.within_range:
        position.clamp_(0.0, 1.0)


def _check_finite(objectives: Tensor) -> None:
    """Raise SearchDiverged if any of the objectives [steps + 1, B] is not a number.

    Looked at once, after the search: a look at every step would make a GPU wait, and what is no number stays none.
    """
    broken = ~objectives.isfinite()
    if broken.any():
        step = int(broken.any(dim=1).nonzero()[0])
        samples = ", ".join(str(index) for index in broken[step].nonzero()[:, 0].tolist())
        raise SearchDiverged(
            f"The objective of sample {samples} is not a number at step {step}: check the start's features and the "
            "checkpoint for values that are not finite, or choose a smaller rate."
        )
