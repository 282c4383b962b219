"""Against codes that no recording has."""

from dataclasses import dataclass

from torch import Tensor

from generation.engine.maximisation.objective import Moment, Objective


class CodeIsNotWhitened(ValueError):
    """A penalty on the whitened code, where none is searched."""


@dataclass(frozen=True)
class Mahalanobis(Objective):
    """The mean square of the whitened code: about 1 for a recording, 0 for the mean of them all."""

    def value(self, moment: Moment) -> Tensor:
        """Give the squared Mahalanobis distance over the number of dimensions [B]. Raises CodeIsNotWhitened."""
        if moment.whitened is None:
            raise CodeIsNotWhitened(
                "The Mahalanobis penalty is of a whitened code: search through the decoder with whitened=True."
            )
        return moment.whitened.square().mean(dim=1)
