"""Cutting a batch so that a sample's bits depend neither on who shares its batch nor on how many threads compute it.

One thread rounds each row of a matrix product or convolution alike, whatever rows are beside it, as long as there are
STEADY of them; several threads on one product do not. So each thread searches a share of the samples by itself, which
is the faster way too.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import TypeVar

import torch
from torch import Tensor

from generation.engine.devices import threads

# Measured on a processor, one thread, for every network of the catalogue: from so many rows on the bits are the same.
STEADY = 16

Result = TypeVar("Result")


def filled(count: int, least: int, groups: Tensor) -> tuple[Tensor, Tensor]:
    """Repeat the last of so many rows until there are `least`: give rows [R] and groups [R], repeats alone."""
    n_repeats = max(0, least - count)
    rows = torch.arange(count + n_repeats, device=groups.device).clamp(max=count - 1)
    alone = groups.max() + 1 + torch.arange(n_repeats, device=groups.device)
    return rows, torch.cat([groups, alone])


def shares_of(groups: Sequence[int], n_shares: int) -> list[slice]:
    """Cut rows into so many runs of STEADY rows or more, or into fewer; a group is never cut."""
    size = max(STEADY, ceil(len(groups) / n_shares))
    last = {group: row for row, group in enumerate(groups)}
    shares, first, reach = [], 0, 0
    for row, group in enumerate(groups):
        reach = max(reach, last[group])
        end = row + 1
        if row == reach and end - first >= size and len(groups) - end >= STEADY:
            shares.append(slice(first, end))
            first = end
    return [*shares, slice(first, len(groups))]


def each_in_a_thread(task: Callable[[slice], Result], shares: Sequence[slice]) -> list[Result]:
    """Do the task for all shares at once, each in one thread of its own; this thread does the first."""
    with threads(1), ThreadPoolExecutor(max(1, len(shares) - 1), "search", torch.set_num_threads, (1,)) as pool:
        others = [pool.submit(task, share) for share in shares[1:]]
        return [task(shares[0]), *(other.result() for other in others)]
