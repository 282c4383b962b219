"""Against noise in the picture that no recording has."""

from dataclasses import dataclass

from torch import Tensor

from generation.engine.maximisation.objective import Moment, Objective


@dataclass(frozen=True)
class Roughness(Objective):
    """The total variation of the features: the mean absolute step from frame to frame and from band to band."""

    frames: float = 1.0
    bands: float = 1.0

    def value(self, moment: Moment) -> Tensor:
        """Give the variation over time and over bands, each with its weight [B]."""
        over_frames = moment.features.diff(dim=2).abs().mean(dim=(1, 2))
        over_bands = moment.features.diff(dim=1).abs().mean(dim=(1, 2))
        return self.frames * over_frames + self.bands * over_bands
