"""Choosing where networks run, once, at the door; everything behind it is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch

# The most that the C library of Linux learns to keep (mallopt(3): M_MMAP_THRESHOLD), less room for its own notes.
LARGEST_KEPT = 31 * 2**20


class DeviceIsMissing(ValueError):
    """PyTorch does not know the device, or cannot use it on this machine."""


def device_named(name: str) -> torch.device:
    """Return the device of that name; "auto" is CUDA where there is one, else the processor. Raises DeviceIsMissing."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise DeviceIsMissing(
            f"The device {name!r} cannot be used here ({error}): choose auto, cpu or cuda."
        ) from error
    return device


def use_threads(count: int) -> None:
    """Compute with so many processor threads; 0 leaves it as it is."""
    if count:
        torch.set_num_threads(count)


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Compute with so many processor threads for a while; 0 leaves it as it is."""
    before = torch.get_num_threads()
    use_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@cache
def keep_freed_memory() -> None:
    """Have the C library keep the memory that tensors free, from now on in this process.

    By itself it hands large pieces back to the system, which fetches and empties them anew: a sixth of a search's time.
    It keeps what is smaller than the largest piece that was freed before; where it does not, nothing changes.
    """
    torch.empty(LARGEST_KEPT, dtype=torch.uint8)


def is_lost(error: RuntimeError) -> bool:
    """Tell whether the accelerator itself failed, after which nothing can be computed on it in this process.

    An allocation that does not fit is no such failure.
    """
    return isinstance(error, torch.AcceleratorError) and not isinstance(error, torch.OutOfMemoryError)
