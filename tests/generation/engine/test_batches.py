"""Work in batches that fit into memory."""

import pytest
import torch

from generation.engine.batches import Batches, MemoryIsTooSmall, is_out_of_memory

ERRORS = [
    torch.cuda.OutOfMemoryError("CUDA out of memory."),
    RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: you tried to allocate"),
    RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    MemoryError(),
]


def room_for(count, error, seen):
    """Make a task for which there is room up to so many items."""

    def task(batch):
        seen.append(len(batch))
        if len(batch) > count:
            raise error
        return list(batch)

    return task


@pytest.mark.parametrize("error", ERRORS, ids=str)
def test_a_batch_that_does_not_fit_is_halved_and_all_after_it_too(error):
    seen, told = [], []

    done = list(Batches(8, told.append).do(room_for(3, error, seen), range(11)))

    assert [each for batch in done for each in batch] == list(range(11))
    assert seen == [8, 4, 2, 2, 2, 2, 2, 1]
    assert told == ["out of memory: going on with 4 at a time", "out of memory: going on with 2 at a time"]


def test_what_was_learnt_of_the_memory_holds_for_the_next_work():
    seen = []
    batches = Batches(8, lambda note: None)

    list(batches.do(room_for(4, ERRORS[0], seen), range(8)))
    list(batches.do(room_for(4, ERRORS[0], seen), range(8)))

    assert seen == [8, 4, 4, 4, 4]


def test_too_little_memory_for_a_single_one_is_an_error():
    with pytest.raises(MemoryIsTooSmall, match="not enough memory to work on even one at a time"):
        list(Batches(4, lambda note: None).do(room_for(0, ERRORS[1], []), range(4)))


def test_another_error_goes_through():
    with pytest.raises(RuntimeError, match="shapes"):
        list(Batches(4, lambda note: None).do(room_for(0, RuntimeError("shapes do not fit"), []), range(4)))


def test_the_processors_own_complaint_is_understood():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**52)

    assert is_out_of_memory(caught.value)


def test_little_memory_is_found_however_few_items_there_are():
    seen = []

    def task(batch):
        seen.append((len(batch), batches.size))
        if batches.size > 1:
            raise ERRORS[0]
        return len(batch)

    batches = Batches(8, lambda note: None)

    assert list(batches.do(task, range(1))) == [1]
    assert seen == [(1, 8), (1, 1)]
