"""Two computations at once, the second in a process beside."""

import os
import signal

import pytest

from analysis.engine.side_by_side import CAN_FORK, ProcessDied, side_by_side

needs_fork = pytest.mark.skipif(not CAN_FORK, reason="processes are forked on Linux alone")


@needs_fork
def test_the_second_is_computed_in_a_process_of_its_own():
    first, second = side_by_side(os.getpid, lambda: (os.getpid(), os.getppid()))

    assert first == os.getpid()
    assert second[0] != first
    assert second[1] == first


@needs_fork
@pytest.mark.parametrize("place", [0, 1])
def test_what_either_raises_is_raised(place):
    def fail():
        raise ValueError("this one")

    pair = [fail if each == place else int for each in range(2)]

    with pytest.raises(ValueError, match="this one"):
        side_by_side(*pair)


@needs_fork
def test_a_process_that_is_killed_is_told_of():
    with pytest.raises(ProcessDied, match="probably for lack of memory"):
        side_by_side(int, lambda: os.kill(os.getpid(), signal.SIGKILL))


def test_one_comes_after_the_other_where_nothing_can_be_forked(monkeypatch):
    monkeypatch.setattr("analysis.engine.side_by_side.CAN_FORK", False)

    assert side_by_side(lambda: "one", os.getpid) == ("one", os.getpid())
