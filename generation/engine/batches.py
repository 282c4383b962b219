"""Cutting work into batches that fit into memory."""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")

# What PyTorch's allocators say where they raise no class of their own (processor, cuBLAS, cuDNN).
COMPLAINTS = ("can't allocate memory", "not enough memory", "out of memory", "ALLOC_FAILED")


class MemoryIsTooSmall(RuntimeError):
    """Not even a single item fits into memory."""


class Batches(Generic[Item]):
    """Does work batch by batch; a batch that does not fit into memory is halved, and so are all after it."""

    def __init__(self, size: int, report: Callable[[str], None]) -> None:
        self.size = size
        self._report = report

    def do(self, task: Callable[[Sequence[Item]], Result], items: Sequence[Item]) -> Iterator[Result]:
        """Give the task's result for one batch of the items after another. Raises MemoryIsTooSmall."""
        done = 0
        while done < len(items):
            batch = items[done : done + self.size]
            try:
                result = task(batch)
            except (RuntimeError, MemoryError) as error:
                self._halve(len(batch), error)
                continue
            done += len(batch)
            yield result

    def _halve(self, n_items: int, error: RuntimeError | MemoryError) -> None:
        if not is_out_of_memory(error):
            raise error
        if self.size == 1:
            raise MemoryIsTooSmall(
                f"There is not enough memory to work on even one at a time ({error}): end other programs, or choose a "
                "device with more memory or smaller networks."
            ) from error
        self.size = max(1, n_items // 2)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        self._report(f"out of memory: going on with {self.size} at a time")


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error says that memory did not suffice, on any device."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(complaint in str(error) for complaint in COMPLAINTS)
