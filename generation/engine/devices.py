"""Choosing where networks run, once, at the door; everything behind it is told."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch

# Parameters of mallopt(3), and the most it takes.
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
INT_MAX = 2**31 - 1


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

    By itself it hands large pieces back to the system, which fetches and empties them anew: a sixth of a search's
    time. Only glibc is told; elsewhere nothing changes.
    """
    # No piece is fetched from the system apart from the others, and none at the end is handed back.
    _tell_glibc("mallopt", M_MMAP_MAX, 0)
    _tell_glibc("mallopt", M_TRIM_THRESHOLD, INT_MAX)


def hand_back_freed_memory() -> None:
    """Have the C library hand back what it kept, as after a large search in a process that lives on."""
    _tell_glibc("malloc_trim", 0)


def _tell_glibc(name: str, *arguments: int) -> None:
    library = ctypes.CDLL(None)
    if hasattr(library, name):
        getattr(library, name)(*arguments)


def is_lost(error: RuntimeError) -> bool:
    """Tell whether the accelerator itself failed, after which nothing can be computed on it in this process.

    An allocation that does not fit is no such failure.
    """
    return isinstance(error, torch.AcceleratorError) and not isinstance(error, torch.OutOfMemoryError)
