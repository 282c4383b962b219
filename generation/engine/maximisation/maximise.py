"""Activation maximisation, batched: search for features that a classifier takes for a word (Soomro et al. 2019).

Each sample of a batch is searched by itself: its gradient, step, jitter and noise depend on no other sample, so that a
batch gives what a loop over its samples would.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from generation.catalogue import OBJECTIVES
from generation.engine.maximisation.recipes import MaximisationRecipe, Optimiser, Space

Objective = Callable[[Tensor, Tensor], Tensor]


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
    """The objective or its gradient is no longer a number."""


@dataclass(frozen=True)
class Maximised:
    """What a search found: features [B, M, T], not clipped; the code [B, D] they were decoded from, if any; and how
    the objective and the target's probability (both [steps + 1, B], means over the classifiers) went on the way.

    The last row belongs to the features found; the rows before it were taken with that step's jitter and noise.
    """

    features: Tensor
    code: Tensor | None
    objective: Tensor
    probability: Tensor


def maximise(
    start: Tensor,
    targets: Tensor,
    classifiers: Sequence[nn.Module],
    prior: Prior | None,
    recipe: MaximisationRecipe,
    generators: Sequence[torch.Generator],
) -> Maximised:
    """Climb from `start` [B, M, T] or [B, D] (as `noise_start` or `recording_start` gives it) to the targets [B].

    Searches for features that all `classifiers` (features [B, M, T] -> logits [B, W]) take for the target; each
    sample's jitter and noise come from its own generator (on the CPU). Features searched directly are not clipped
    on the way, as in the paper: whoever hands them on to a vocoder clips them to [0, 1].
    Raises PriorIsMissing, NetworkIsTraining and SearchDiverged.
    """
    _check_networks(classifiers, prior, recipe)
    decode = _decoder(prior, recipe)
    score = _scorer(classifiers, targets, resolve_name(OBJECTIVES[recipe.objective].implementation))
    position = start.detach().clone().requires_grad_()
    optimiser = _optimiser(position, recipe)
    objectives, probabilities = [], []
    for step in range(recipe.steps):
        objective, probability = score(_disturb(decode(position), recipe, generators))
        position.grad = _gradient(objective, position, recipe, step)
        optimiser.step()
        _return_to_shell(position, recipe)
        objectives.append(objective.detach())
        probabilities.append(probability)
    with torch.no_grad():
        features = decode(position.detach())
        objective, probability = score(features)
    _check_finite(objective, "objective", recipe.steps)
    return Maximised(
        features=features,
        code=_code(position.detach(), prior, recipe),
        objective=torch.stack([*objectives, objective]),
        probability=torch.stack([*probabilities, probability]),
    )


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
    if recipe.whitened:
        return lambda position: prior.decode(prior.unwhiten(position))
    return prior.decode


def _scorer(
    classifiers: Sequence[nn.Module], targets: Tensor, objective: Objective
) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
    def score(features: Tensor) -> tuple[Tensor, Tensor]:
        logits = [classifier(features) for classifier in classifiers]
        probability = torch.stack([each.detach().softmax(dim=1) for each in logits]).mean(dim=0)
        value = torch.stack([objective(each, targets) for each in logits]).mean(dim=0)
        return value, probability.gather(1, targets[:, None])[:, 0]

    return score


def _optimiser(position: Tensor, recipe: MaximisationRecipe) -> torch.optim.Optimizer:
    if recipe.optimiser is Optimiser.ADAM:
        return torch.optim.Adam([position], lr=recipe.rate, betas=(0.9, 0.99), maximize=True)
    return torch.optim.SGD([position], lr=recipe.rate, maximize=True)


def _gradient(objective: Tensor, position: Tensor, recipe: MaximisationRecipe, step: int) -> Tensor:
    """Give each sample's own gradient; for the paper's optimiser, divided by its root mean square plus 1e-5."""
    _check_finite(objective, "objective", step)
    (gradient,) = torch.autograd.grad(objective.sum(), position)
    _check_finite(gradient, "gradient", step)
    if recipe.optimiser is not Optimiser.NORMALISED_GRADIENT:
        return gradient
    root_mean_square = gradient.flatten(1).square().mean(dim=1).sqrt()
    return gradient / (root_mean_square + 1e-5).view(-1, *[1] * (gradient.dim() - 1))


def _check_finite(values: Tensor, name: str, step: int) -> None:
    broken = (~values.detach().flatten(1 if values.dim() > 1 else 0).isfinite()).view(len(values), -1).any(dim=1)
    if broken.any():
        samples = ", ".join(str(index) for index in broken.nonzero()[:, 0].tolist())
        raise SearchDiverged(
            f"The {name} of sample {samples} is not a number at step {step}: check the start's features and the "
            "checkpoint for values that are not finite, or choose a smaller rate."
        )


def _disturb(features: Tensor, recipe: MaximisationRecipe, generators: Sequence[torch.Generator]) -> Tensor:
    """Shift each sample in time, filling with silence (0), and add noise, as the recipe says."""
    reach = recipe.jitter_frames
    if reach:
        shifts = [int(torch.randint(2 * reach + 1, (), generator=generator)) for generator in generators]
        padded = functional.pad(features, (reach, reach))
        frames = features.shape[-1]
        features = torch.stack([sample[:, at : at + frames] for sample, at in zip(padded, shifts, strict=True)])
    if recipe.noise:
        drawn = [torch.randn(features.shape[1:], generator=generator) for generator in generators]
        features = features + recipe.noise * torch.stack(drawn).to(features.device)
    return features


def _return_to_shell(position: Tensor, recipe: MaximisationRecipe) -> None:
    if recipe.shell:
        with torch.no_grad():
            radius = math.sqrt(position.shape[1])
            position.mul_((radius / position.norm(dim=1, keepdim=True)).clamp(max=1.0))


def _code(position: Tensor, prior: Prior | None, recipe: MaximisationRecipe) -> Tensor | None:
    if recipe.space is Space.FEATURES or prior is None:
        return None
    return prior.unwhiten(position) if recipe.whitened else position
