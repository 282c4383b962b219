"""Against finding the same thing again and again."""

from dataclasses import dataclass

import torch
from torch import Tensor

from generation.engine.maximisation.objective import Moment, Objective


@dataclass(frozen=True)
class Likeness(Objective):
    """How near a sample is to the others of its group: the mean of exp(-distance / reach), 0 where it is alone.

    The distance is the root mean square between features. It couples the samples of a group that are to be the same
    word, and no others.
    group: how many samples are searched together; whoever asks for one gets it as found among all of its group.
    reach: of the repulsion; distinct recordings of a word are some 0.2 apart.
    """

    group: int = 8
    reach: float = 0.1

    @property
    def group_size(self) -> int:
        """Give the group's size."""
        return self.group

    def value(self, moment: Moment) -> Tensor:
        """Give the likeness [B]."""
        features = moment.features.flatten(1)
        is_like = (moment.groups[:, None] == moment.groups[None]) & (moment.targets[:, None] == moment.targets[None])
        # Pair by pair: one matrix product for all would be rounded by who else is in the batch.
        first, second = is_like.triu(1).nonzero(as_tuple=True)
        differences = features.index_select(0, first) - features.index_select(0, second)
        # The square root has no gradient at 0, where two samples are equal.
        near = torch.exp(-(differences.square().mean(dim=1) + 1e-8).sqrt() / self.reach)
        summed = near.new_zeros(len(features)).index_add(0, first, near).index_add(0, second, near)
        return summed / (is_like.sum(dim=1) - 1).clamp(min=1)
