"""What one unit, or a whole layer, within the network responds to."""

from dataclasses import dataclass

from torch import Tensor

from generation.engine.maximisation.objective import ResponseObjective
from generation.engine.maximisation.responses import Response


class UnitIsMissing(ValueError):
    """The layer has fewer units."""


@dataclass(frozen=True)
class Activation(ResponseObjective):
    """The output of a unit, averaged over its positions; without a unit, of all of the layer's. No word is sought.

    layer: as `named_modules` of the classifier has it, or "penultimate", or "logits".
    """

    layer: str
    unit: int | None = None

    @property
    def layers(self) -> tuple[str, ...]:
        """Name the layer."""
        return (self.layer,)

    def of_response(self, response: Response, targets: Tensor) -> Tensor:
        """Give the activation [B]. Raises UnitIsMissing."""
        output = response.output(self.layer)
        if self.unit is None:
            return output.mean(dim=1)
        if not 0 <= self.unit < output.shape[1]:
            raise UnitIsMissing(f"The layer {self.layer!r} has the units 0 to {output.shape[1] - 1}, not {self.unit}.")
        return output[:, self.unit]
