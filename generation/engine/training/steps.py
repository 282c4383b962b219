"""Training by steps, each on freshly drawn segments, where an epoch would be too long a unit."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from generation.engine.progress import Progress
from generation.engine.training.loop import FITTED, TrainingDiverged
from generation.engine.training.resumption import Fitting, Resumption

STEPS_BETWEEN_NOTES = 20
HIGHEST_GRADIENT = 1.0


def fit_by_steps(
    network: nn.Module,
    draw_loss: Callable[[], Tensor],
    generator: torch.Generator,
    *,
    steps: int,
    rate: float,
    progress: Progress,
    unit: str,
    resumption: Resumption | None = None,
) -> list[float]:
    """Train the network so many steps, one cycle of the learning rate up to `rate` (Smith & Topin 2019).

    draw_loss draws a batch by the generator and gives its loss. Gives each step's loss; `unit` is what progress calls
    it in. With a resumption, a training that was interrupted goes on where it was.
    Raises TrainingDiverged.
    """
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, betas=(0.9, 0.99), weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=rate, total_steps=steps + 1, pct_start=0.15, cycle_momentum=False
    )
    fitting, resumption = Fitting(network, optimiser, schedule, generator), resumption or Resumption()
    losses: list[float] = (resumption.resume(fitting) or {"losses": []})["losses"]
    for step in range(len(losses), steps):
        loss = draw_loss()
        losses.append(float(loss.detach()))
        if not math.isfinite(losses[-1]):
            raise TrainingDiverged(
                f"The loss is {losses[-1]} at step {step}, at the learning rate {optimiser.param_groups[0]['lr']:.2g}: "
                f"choose a smaller rate than {rate}, and look at the features for values that are not numbers."
            )
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(network.parameters(), HIGHEST_GRADIENT)
        optimiser.step()
        schedule.step()
        if step % STEPS_BETWEEN_NOTES == 0:
            progress(FITTED * step / steps, f"step {step} of {steps}, {losses[-1]:.2f} {unit}")
        resumption.keep(fitting, {"losses": losses})
    return losses


def means(losses: list[float], parts: int = 50) -> list[float]:
    """Shorten a training's losses to at most so many means of equal stretches."""
    stretch = max(1, math.ceil(len(losses) / parts))
    return [
        sum(part) / len(part) for first in range(0, len(losses), stretch) if (part := losses[first : first + stretch])
    ]
