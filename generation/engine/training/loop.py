"""What every training shares: epochs of shuffled batches, a cycle of the rate, a stop if the loss is no number."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import ConstantLR, LRScheduler, OneCycleLR

from generation.engine.progress import Progress
from generation.engine.training.recipes import Recipe
from generation.engine.training.resumption import Fitting, Resumption

STEPS_BETWEEN_NOTES = 5
# Fitting ends here; what remains is measuring and statistics.
FITTED = 0.97
# PyTorch divides by a fifth of the cycle less one step: with five steps by nothing.
SHORTEST_CYCLE = 10


class TrainingDiverged(FloatingPointError):
    """The loss is no longer a number."""


@dataclass(frozen=True)
class Fitted:
    """What fitting gave: each epoch's loss and measures, and the number of the epoch whose weights were kept."""

    history: list[dict[str, float]]
    kept_epoch: int


@contextmanager
def seeded(seed: int, device: torch.device, threads: int | None) -> Iterator[torch.Generator]:
    """Fix every random number, and how many processor threads compute, for a while; gives a generator of that seed."""
    threads_before = torch.get_num_threads()
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        torch.set_num_threads(threads or threads_before)
        try:
            yield torch.Generator().manual_seed(seed)
        finally:
            torch.set_num_threads(threads_before)


def on_device(network: nn.Module, device: torch.device) -> nn.Module:
    """Move a network to the device, its 2-D convolutions laid out channels last: up to twice as fast on a processor."""
    for parameter in network.to(device).parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.to(memory_format=torch.channels_last)
    return network


def fit(
    network: nn.Module,
    rows: Tensor,
    loss_of: Callable[[Tensor], Tensor],
    measure: Callable[[], dict[str, float]],
    recipe: Recipe,
    generator: torch.Generator,
    progress: Progress,
    resumption: Resumption,
) -> Fitted:
    """Train the network on rows [R], shuffled anew each epoch; `loss_of` takes a batch of them.

    `measure` is called after each epoch; its "score" decides which epoch is best, if the recipe keeps the best.
    After an epoch the state may be kept, and a training that was interrupted goes on after the last epoch kept.
    Raises TrainingDiverged.
    """
    steps = math.ceil(len(rows) / recipe.batch)
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.weight_decay)
    fitting = Fitting(network, optimiser, _schedule(optimiser, recipe, steps), generator)
    kept = resumption.resume(fitting) or {"history": [], "best_weights": None, "kept_epoch": recipe.epochs}
    history: list[dict[str, float]] = kept["history"]
    best_weights, kept_epoch = kept["best_weights"], kept["kept_epoch"]
    network.eval()
    for epoch in range(len(history) + 1, recipe.epochs + 1):
        network.train()
        shuffled = rows[torch.randperm(len(rows), generator=generator)]
        losses = []
        for step, batch in enumerate(torch.split(shuffled, recipe.batch), start=1):
            losses.append(_step(loss_of(batch), optimiser, fitting.schedule, f"epoch {epoch}, step {step}"))
            if step % STEPS_BETWEEN_NOTES == 0 or step == steps:
                done = (epoch - 1 + step / steps) / recipe.epochs
                progress(FITTED * done, f"epoch {epoch} of {recipe.epochs}, loss {losses[-1]:.3f}")
        network.eval()
        history.append({"epoch": epoch, "loss": sum(losses) / len(losses), **measure()})
        if recipe.keep == "best" and history[-1]["score"] >= max(each["score"] for each in history):
            best_weights, kept_epoch = deepcopy(network.state_dict()), epoch
        resumption.keep(fitting, {"history": history, "best_weights": best_weights, "kept_epoch": kept_epoch})
    if best_weights is not None:
        network.load_state_dict(best_weights)
    return Fitted(history, kept_epoch)


def _schedule(optimiser: torch.optim.Optimizer, recipe: Recipe, steps: int) -> LRScheduler:
    if recipe.one_cycle:
        planned = max(recipe.epochs * steps + 1, SHORTEST_CYCLE)
        return OneCycleLR(optimiser, max_lr=recipe.rate, total_steps=planned, pct_start=0.2)
    return ConstantLR(optimiser, factor=1.0)


def _step(loss: Tensor, optimiser: torch.optim.Optimizer, schedule: LRScheduler, where: str) -> float:
    value = float(loss.detach())
    if not math.isfinite(value):
        rate = optimiser.param_groups[0]["lr"]
        raise TrainingDiverged(
            f"The loss is {value} in {where}, at the learning rate {rate:.2g}: choose a smaller rate, and look at the "
            "features for values that are not numbers."
        )
    optimiser.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    optimiser.step()
    schedule.step()
    return value
