"""Activation maximisation, batched: search for features that a classifier takes for a word (Soomro et al. 2019).

Each sample of a batch is searched by itself: its gradient, step and disturbances depend on no other sample, so that a
batch gives what a loop over its samples would. Only an objective that looks at a group couples its samples, and then
a batch holds whole groups.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from generation.engine.devices import keep_freed_memory
from generation.engine.early_pooling import with_early_pooling
from generation.engine.folded_norms import with_folded_norms
from generation.engine.maximisation.climb import Climb
from generation.engine.maximisation.objective import Moment
from generation.engine.maximisation.recipes import MaximisationRecipe, Optimiser, Space
from generation.engine.maximisation.responses import respond
from generation.engine.maximisation.shares import STEADY, each_in_a_thread, filled, shares_of
from generation.engine.maximisation.transform import disturb, draw_numbers
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


class NetworkIsTraining(RuntimeError):
    """A network is in training mode, where dropout and batch statistics would mix the samples of a batch."""


class SearchDiverged(FloatingPointError):
    """The objective is no longer a number."""


@dataclass(frozen=True)
class Maximised:
    """What a search found: features [B, M, T], not clipped; the code [B, D] they were decoded from, if any; how the
    objective and the target's probability (both [steps + 1, B], means over the classifiers) went on the way; and the
    steps that each sample took [B], fewer than the recipe's where it left early.

    Row `steps_taken` of a sample and those after it belong to the features found; the rows before it were taken with
    that step's disturbances.
    """

    features: Tensor
    code: Tensor | None
    objective: Tensor
    probability: Tensor
    steps_taken: Tensor


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
) -> Maximised:
    """Climb from `start` [B, M, T] or [B, D] (as `noise_start` or `recording_start` gives it) to the targets [B].

    Searches for features that all `classifiers` (features [B, M, T] -> logits [B, W]) take for the target; what each
    sample is disturbed by comes from its own generator (on the CPU). Features searched directly are not clipped on
    the way unless the recipe says so: whoever hands them on to a vocoder clips them to [0, 1].
    groups: [B], which samples are searched as a group where the objective looks at groups; unless given, as many
    neighbours as it says. fill_to: compute so many rows at least, though fewer are asked for.
    On a processor a sample's bits are the same whatever its batch and the number of threads, unless `fill_to` is less
    than STEADY. Raises PriorIsMissing, NetworkIsTraining, SearchDiverged, and what the objective raises.
    """
    _check_networks(classifiers, prior, recipe)
    keep_freed_memory()
    rows, groups = filled(len(start), fill_to, _neighbours(targets, recipe) if groups is None else groups)
    numbers = draw_numbers(recipe.transforms, recipe.steps, generators, start.device)
    search = _Search(_decoder(prior, recipe), _looker(classifiers, recipe), prior, recipe)

    def climb(share: slice) -> Maximised:
        own = rows[share]
        return search.climb(start[own], targets[own], groups[share], numbers[:, own])

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
        objective,
        torch.cat([each.probability for each in found], dim=1)[:, :count],
        torch.cat([each.steps_taken for each in found])[:count],
    )


@dataclass(frozen=True)
class _Search:
    """What all shares of a batch have in common: the way from a position to features, and to what they make heard."""

    decode: Callable[[Tensor], Tensor]
    look: Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Moment]
    prior: Prior | None
    recipe: MaximisationRecipe

    def climb(self, start: Tensor, targets: Tensor, groups: Tensor, numbers: Tensor) -> Maximised:
        """Climb from start [B, ...] to targets [B] in groups [B], disturbed as numbers [steps, B, N] decide."""
        recipe = self.recipe
        climb = Climb(start, groups, recipe)
        objectives, probabilities = start.new_zeros(2, recipe.steps + 1, len(start))
        for step in range(recipe.steps):
            rows = climb.rows
            features = self.decode(climb.position)
            disturbed = disturb(features, recipe.transforms, numbers[step, rows])
            moment = self.look(targets[rows], climb.groups, features, disturbed, climb.position)
            objective = recipe.objective.value(moment)
            climb.step(_gradient(objective, climb.position, recipe))
            _return_to_bounds(climb.position, recipe)
            objectives[step, rows], probabilities[step, rows] = objective.detach(), _probability(moment)
            climb.retire(step, moment.responses, moment.targets)
            if climb.is_over:
                break
        climb.end()
        with torch.no_grad():
            features = self.decode(climb.found)
            moment = self.look(targets, groups, features, features, climb.found)
        objectives = _ended(objectives, climb.steps_taken, recipe.objective.value(moment))
        probabilities = _ended(probabilities, climb.steps_taken, _probability(moment))
        return Maximised(features, _code(climb.found, self.prior, recipe), objectives, probabilities, climb.steps_taken)


def noise_start(shape: Sequence[int], recipe: MaximisationRecipe, generators: Sequence[torch.Generator]) -> Tensor:
    """Draw normal noise [B, *shape] of the recipe's deviation, each sample from its own generator."""
    drawn = [torch.randn(tuple(shape), generator=generator) for generator in generators]
    return torch.stack(drawn) * recipe.start_deviation


@torch.no_grad()
def recording_start(features: Tensor, prior: Prior | None, recipe: MaximisationRecipe) -> Tensor:
    """Give the position of recordings' features [B, M, T] in the recipe's space: themselves, or their code [B, D]."""
    if recipe.space is Space.FEATURES:
        return features.clone()
    if prior is None:
        raise PriorIsMissing("The search starts at a recording's code: give a trained decoder prior.")
    code = prior.encode(features)
    return prior.whiten(code) if recipe.whitened else code


def _check_networks(classifiers: Sequence[nn.Module], prior: Prior | None, recipe: MaximisationRecipe) -> None:
    if recipe.space is Space.DECODER and prior is None:
        raise PriorIsMissing("The recipe searches a decoder's code: give a trained decoder prior.")
    for network in [*classifiers, prior]:
        if isinstance(network, nn.Module) and network.training:
            raise NetworkIsTraining(f"{type(network).__name__} is in training mode: call its eval() first.")


def _decoder(prior: Prior | None, recipe: MaximisationRecipe) -> Callable[[Tensor], Tensor]:
    if recipe.space is Space.FEATURES or prior is None:
        return lambda position: position
    decode = prior.decoder_for_search() if isinstance(prior, Autoencoder) else prior.decode
    if recipe.whitened:
        return lambda position: decode(prior.unwhiten(position))
    return decode


def _neighbours(targets: Tensor, recipe: MaximisationRecipe) -> Tensor:
    return torch.arange(len(targets), device=targets.device) // recipe.objective.group_size


def _looker(
    classifiers: Sequence[nn.Module], recipe: MaximisationRecipe
) -> Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Moment]:
    layers = recipe.objective.layers
    # Layers that are listened at must be where their names say.
    heard = list(classifiers) if layers else [with_early_pooling(with_folded_norms(each)) for each in classifiers]

    def look(targets: Tensor, groups: Tensor, features: Tensor, disturbed: Tensor, position: Tensor) -> Moment:
        responses = [respond(classifier, disturbed, layers) for classifier in heard]
        return Moment(targets, responses, features, position if recipe.whitened else None, groups)

    return look


def _probability(moment: Moment) -> Tensor:
    """Give the target's probability [R], a mean over the classifiers."""
    probability = torch.stack([each.logits.detach().softmax(dim=1) for each in moment.responses]).mean(dim=0)
    return probability.gather(1, moment.targets[:, None])[:, 0]


def _ended(way: Tensor, steps_taken: Tensor, last: Tensor) -> Tensor:
    """Give the way [steps + 1, B] with every sample's last value [B] from where it left."""
    steps = torch.arange(len(way), device=way.device)[:, None]
    return torch.where(steps >= steps_taken, last, way)


def _gradient(objective: Tensor, position: Tensor, recipe: MaximisationRecipe) -> Tensor:
    """Give each sample's own gradient; for the paper's optimiser, divided by its root mean square plus 1e-5."""
    (gradient,) = torch.autograd.grad(objective.sum(), position)
    if recipe.optimiser is not Optimiser.NORMALISED_GRADIENT:
        return gradient
    root_mean_square = gradient.flatten(1).square().mean(dim=1).sqrt()
    return gradient / (root_mean_square + 1e-5).view(-1, *[1] * (gradient.dim() - 1))


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


def _code(position: Tensor, prior: Prior | None, recipe: MaximisationRecipe) -> Tensor | None:
    if recipe.space is Space.FEATURES or prior is None:
        return None
    return prior.unwhiten(position) if recipe.whitened else position
