"""A device that stops answering is told from a mistake."""

import pytest
import torch

from generation.tasks.devices import names_lost_device
from generation.work import DeviceIsLost, Work

WORK = Work({}, {}, "1-1", lambda fraction, note: None)


def failing_with(error):
    @names_lost_device
    def handle(work):
        raise error

    return handle


def test_an_accelerators_error_says_that_the_device_was_lost_and_what_to_do():
    handle = failing_with(torch.AcceleratorError("CUDA error: unspecified launch failure\nmore of it"))

    with pytest.raises(DeviceIsLost, match=r"\(CUDA error: unspecified launch failure\).*then retry the job"):
        handle(WORK)


@pytest.mark.parametrize(
    "error", [ValueError("wrong"), RuntimeError("shapes do not match"), torch.OutOfMemoryError("too much")]
)
def test_any_other_error_stays_what_it_is(error):
    handle = failing_with(error)

    with pytest.raises(type(error), match=str(error)):
        handle(WORK)
