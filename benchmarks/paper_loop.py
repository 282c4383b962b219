"""The paper's search as it published it: one sample after another, in a loop (Soomro et al. 2019, section 3).

Kept as the yardstick of `benchmarks.maximisation_speed`: what it computes is the preset `paper` of our engine, which
a test checks. Ported from the description of the published code (field notes, section 1), not from its text.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

STEPS = 20
SMALLEST = 1e-5


def maximise_one(
    start: Tensor, target: int, classifier: nn.Module, decode: Callable[[Tensor], Tensor], rate: float
) -> Tensor:
    """Climb from one start [1, ...] to the target and give the features [1, M, T].

    Each step adds the gradient of the target's probability, divided by its root mean square, times the rate.
    """
    position = start.detach().clone()
    for _ in range(STEPS):
        position.requires_grad_()
        probability = classifier(decode(position)).softmax(dim=1)[0, target]
        (gradient,) = torch.autograd.grad(probability, position)
        position = (position + rate * gradient / (gradient.square().mean().sqrt() + SMALLEST)).detach()
    with torch.no_grad():
        return decode(position)
