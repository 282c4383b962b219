"""The paper's objective."""

from dataclasses import dataclass

from torch import Tensor

from generation.engine.maximisation.objective import ResponseObjective
from generation.engine.maximisation.responses import Response


@dataclass(frozen=True)
class Probability(ResponseObjective):
    """The softmax probability of the target (Soomro et al. 2019)."""

    def of_response(self, response: Response, targets: Tensor) -> Tensor:
        """Give the probability [B]."""
        return response.logits.softmax(dim=1).gather(1, targets[:, None])[:, 0]
