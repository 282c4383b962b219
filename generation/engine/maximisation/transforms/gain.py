"""A word said louder is the same word."""

from dataclasses import dataclass

from torch import Tensor

from generation.engine.maximisation.transform import Transform


@dataclass(frozen=True)
class Gain(Transform):
    """Raise or lower what is sounding by up to `reach`; features are logarithmic, so that this is a change of level.

    reach: as a share of the features' range; 0.1 of a range of 55 dB is 5.5 dB either way. Silence (0) stays silent,
    and what is quieter than the change falls silent.
    """

    reach: float = 0.1

    @property
    def n_numbers(self) -> int:
        """Need one number."""
        return 1

    def disturb(self, features: Tensor, numbers: Tensor) -> Tensor:
        """Change the level of features [B, M, T]; numbers [B, 1]."""
        change = (2 * numbers[:, :, None] - 1) * self.reach
        return (features + change).clamp(min=0.0) * (features > 0)
