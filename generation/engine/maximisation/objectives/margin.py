"""The log-odds of the target."""

from dataclasses import dataclass

import torch
from torch import Tensor

from generation.engine.maximisation.objective import ResponseObjective
from generation.engine.maximisation.responses import Response


@dataclass(frozen=True)
class Margin(ResponseObjective):
    """The target's logit less the log-sum-exp of the others': its gradient vanishes at no probability."""

    def of_response(self, response: Response, targets: Tensor) -> Tensor:
        """Give the log-odds [B], in nats."""
        wanted = response.logits.gather(1, targets[:, None])[:, 0]
        others = response.logits.scatter(1, targets[:, None], float("-inf"))
        return wanted - torch.logsumexp(others, dim=1)
