"""The log-odds of the target."""

from dataclasses import dataclass

import torch
from torch import Tensor

from generation.engine.maximisation.objective import ResponseObjective
from generation.engine.maximisation.responses import Response


@dataclass(frozen=True)
class Margin(ResponseObjective):
    """The target's logit less the log-sum-exp of the others': its gradient vanishes at no probability.

    enough: where a classifier is as sure as this, in nats, it asks for no more. Without it a search forgets where it
    started and finds the same prototype again and again.
    """

    enough: float | None = None

    def of_response(self, response: Response, targets: Tensor) -> Tensor:
        """Give the log-odds [B], in nats."""
        wanted = response.logits.gather(1, targets[:, None])[:, 0]
        others = response.logits.scatter(1, targets[:, None], float("-inf"))
        margin = wanted - torch.logsumexp(others, dim=1)
        return margin if self.enough is None else margin.clamp(max=self.enough)
