"""The likelihood that a classifier was trained to raise."""

from dataclasses import dataclass

from torch import Tensor

from generation.engine.maximisation.objective import ResponseObjective
from generation.engine.maximisation.responses import Response


@dataclass(frozen=True)
class LogProbability(ResponseObjective):
    """The logarithm of the target's softmax probability: strong where it is near 0, and done where it is near 1."""

    def of_response(self, response: Response, targets: Tensor) -> Tensor:
        """Give the log probability [B], in nats."""
        return response.logits.log_softmax(dim=1).gather(1, targets[:, None])[:, 0]
