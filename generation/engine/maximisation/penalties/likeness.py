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
        among, place = _places(is_like)
        size = max(self.group, int(place.max()) + 1)
        grouped = features.new_zeros(int(among.max()) + 1, size, features.shape[1])
        grouped = grouped.index_put((among, place), features)
        # The square root has no gradient at 0, where two samples are equal.
        near = torch.exp(-(_mean_squares(grouped) + 1e-8).sqrt() / self.reach)
        return (near[among, place] * _others(among, place, size)).sum(dim=1) / (is_like.sum(dim=1) - 1).clamp(min=1)


def _places(is_like: Tensor) -> tuple[Tensor, Tensor]:
    """Number the groups of rows that are alike [R, R], and the rows in each: each row's group [R] and place [R]."""
    place = is_like.tril(-1).sum(dim=1)
    number = (place == 0).cumsum(dim=0) - 1
    return number[is_like.long().argmax(dim=1)], place


def _mean_squares(grouped: Tensor) -> Tensor:
    """Give the mean squared difference [G, S, S] between any two samples of groups [G, S, N].

    Group by group: one matrix product for all would be rounded by who else is in the batch.
    """
    squares = grouped.square().sum(dim=2)
    differences = squares[:, :, None] + squares[:, None] - 2 * grouped @ grouped.transpose(1, 2)
    return differences.clamp(min=0.0) / grouped.shape[2]


def _others(among: Tensor, place: Tensor, size: int) -> Tensor:
    """Tell [R, S] for each row which places of its group others take."""
    taken = torch.zeros(int(among.max()) + 1, size, dtype=torch.bool, device=place.device)
    taken[among, place] = True
    return taken[among] & (torch.arange(size, device=place.device) != place[:, None])
