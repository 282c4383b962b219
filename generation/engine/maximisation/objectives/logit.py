"""The score itself, whatever the other words' scores are."""

from dataclasses import dataclass

from torch import Tensor

from generation.engine.maximisation.objective import ResponseObjective
from generation.engine.maximisation.responses import Response


@dataclass(frozen=True)
class Logit(ResponseObjective):
    """The target's logit: the other words may rise with it."""

    def of_response(self, response: Response, targets: Tensor) -> Tensor:
        """Give the logit [B]."""
        return response.logits.gather(1, targets[:, None])[:, 0]
