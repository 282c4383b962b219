"""What a search walks on: how high it stands at a position, and where it goes uphill."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from generation.engine.early_pooling import with_early_pooling
from generation.engine.folded_norms import with_folded_norms
from generation.engine.maximisation.decoding import Prior, decoder
from generation.engine.maximisation.objective import Moment
from generation.engine.maximisation.recipes import MaximisationRecipe, Optimiser
from generation.engine.maximisation.responses import Response, respond
from generation.engine.maximisation.transform import disturb


@dataclass(frozen=True)
class Slope:
    """Positions [R, ...] seen by their classifiers: what those respond, the objective and the target's probability
    [R], and the objective's gradient, like the positions."""

    responses: Sequence[Response]
    objective: Tensor
    probability: Tensor
    gradient: Tensor


@dataclass(frozen=True)
class Summit:
    """What a climb led to: features [B, M, T], the objective and the target's probability [B]."""

    features: Tensor
    objective: Tensor
    probability: Tensor


class Landscape:
    """The objective of a recipe over the positions of its space: features, or a decoder's code."""

    def __init__(self, classifiers: Sequence[nn.Module], prior: Prior | None, recipe: MaximisationRecipe) -> None:
        # Layers that are listened at must be where their names say.
        are_heard = bool(recipe.objective.layers)
        self._classifiers = [each if are_heard else with_early_pooling(with_folded_norms(each)) for each in classifiers]
        self._decode = decoder(prior, recipe)
        self._recipe = recipe

    @property
    def n_classifiers(self) -> int:
        """Tell by how many classifiers positions are seen."""
        return len(self._classifiers)

    def slope(self, step: int, position: Tensor, targets: Tensor, groups: Tensor, numbers: Tensor) -> Slope:
        """Look from positions [R, ...] at targets [R] in groups [R], disturbed as the step's numbers [R, N] decide."""
        position = position.detach().requires_grad_()
        features = self._decode(position)
        disturbed = disturb(features, self._recipe.transforms, numbers)
        moment = self._moment(self._heard_in(step), targets, groups, features, disturbed, position)
        objective = self._recipe.objective.value(moment)
        gradient = _gradient(objective, position, self._recipe)
        return Slope(moment.responses, objective.detach(), _probability(moment), gradient)

    @torch.no_grad()
    def summit(self, position: Tensor, targets: Tensor, groups: Tensor) -> Summit:
        """Look at where the climb ended [B, ...], undisturbed."""
        features = self._decode(position)
        moment = self._moment(self._classifiers, targets, groups, features, features, position)
        return Summit(features, self._recipe.objective.value(moment), _probability(moment))

    def _heard_in(self, step: int) -> Sequence[nn.Module]:
        """Tell who is heard in a step: one alone in its turn, or all."""
        turn = step % len(self._classifiers)
        return self._classifiers[turn : turn + 1] if step < self._recipe.in_turn else self._classifiers

    def _moment(
        self,
        heard: Sequence[nn.Module],
        targets: Tensor,
        groups: Tensor,
        features: Tensor,
        disturbed: Tensor,
        position: Tensor,
    ) -> Moment:
        responses = [respond(classifier, disturbed, self._recipe.objective.layers) for classifier in heard]
        return Moment(targets, responses, features, position if self._recipe.whitened else None, groups)


def _probability(moment: Moment) -> Tensor:
    """Give the target's probability [R], a mean over the classifiers."""
    chances = torch.stack([each.logits.detach().softmax(dim=1) for each in moment.responses]).mean(dim=0)
    return chances.gather(1, moment.targets[:, None])[:, 0]


def _gradient(objective: Tensor, position: Tensor, recipe: MaximisationRecipe) -> Tensor:
    """Give each sample's own gradient; for the paper's optimiser, divided by its root mean square plus 1e-5."""
    (gradient,) = torch.autograd.grad(objective.sum(), position)
    if recipe.optimiser is not Optimiser.NORMALISED_GRADIENT:
        return gradient
    root_mean_square = gradient.flatten(1).square().mean(dim=1).sqrt()
    return gradient / (root_mean_square + 1e-5).view(-1, *[1] * (gradient.dim() - 1))
