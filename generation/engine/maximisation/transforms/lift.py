"""A word is heard above a background, and a vocoder gives it one."""

from dataclasses import dataclass

from torch import Tensor

from generation.engine.maximisation.transform import Transform


@dataclass(frozen=True)
class Lift(Transform):
    """Raise everything by up to `reach`, silence too, as happens to a quiet sound that is made louder.

    Found features seldom reach the level that recordings have at their peak. Spoken by a vocoder and brought to that
    level, they come back higher, and what was silence in them, which a vocoder fills at the floor, does as well.
    reach: as a share of the features' range.
    """

    reach: float = 0.1

    @property
    def n_numbers(self) -> int:
        """Need one number."""
        return 1

    def disturb(self, features: Tensor, numbers: Tensor) -> Tensor:
        """Raise features [B, M, T]; numbers [B, 1]."""
        return features + self.reach * numbers[:, :, None]
