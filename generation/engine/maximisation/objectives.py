"""What maximisation climbs: each objective turns a classifier's logits into one number for each sample."""

import torch
from torch import Tensor


def probability(logits: Tensor, targets: Tensor) -> Tensor:
    """Give the softmax probability [B] of each sample's target: logits [B, W], targets [B] (Soomro et al. 2019)."""
    return logits.softmax(dim=1).gather(1, targets[:, None])[:, 0]


def margin(logits: Tensor, targets: Tensor) -> Tensor:
    """Give the target's logit less the log-sum-exp of the others' [B]: logits [B, W], targets [B].

    This is the log-odds of the target, whose gradient does not vanish where the probability nears 0 or 1.
    """
    wanted = logits.gather(1, targets[:, None])[:, 0]
    others = logits.scatter(1, targets[:, None], float("-inf"))
    return wanted - torch.logsumexp(others, dim=1)
