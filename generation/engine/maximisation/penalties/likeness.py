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
        # The square root has no gradient at 0, where two samples are equal.
        distances = (_mean_squares(features) + 1e-8).sqrt()
        rows = torch.arange(len(features), device=features.device)
        others = (
            (moment.groups[:, None] == moment.groups[None])
            & (moment.targets[:, None] == moment.targets[None])
            & (rows[:, None] != rows[None])
        )
        near = torch.exp(-distances / self.reach) * others
        return near.sum(dim=1) / others.sum(dim=1).clamp(min=1)


def _mean_squares(features: Tensor) -> Tensor:
    """Give the mean squared difference [B, B] between any two samples of features [B, N]."""
    squares = features.square().sum(dim=1)
    differences = squares[:, None] + squares[None] - 2 * features @ features.T
    return differences.clamp(min=0.0) / features.shape[1]
