"""Tests of keeping freed memory, in a process of its own: what glibc is told holds as long as a process lives."""

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told what to keep")

# A process that frees a large piece of memory again and again, first as it likes, then keeping it; then hands it back.
# It prints how often it had to fetch a page meanwhile, and how many pages it holds in the end and before.
PROGRAMME = """
import resource, torch
from generation.engine import devices

def pages_fetched(times=5):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(times):
        torch.ones(16 * 2**20)  # 64 MiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def pages_held():
    return int(open("/proc/self/statm").read().split()[1])

by_itself = pages_fetched()
devices.keep_freed_memory()
pages_fetched(40)  # It is some pieces before the next fits where one was.
keeping, held = pages_fetched(), pages_held()
devices.hand_back_freed_memory()
print(by_itself, keeping, held, pages_held())
"""
PAGES_OF_A_PIECE = 2**26 // 4096


def test_freed_memory_is_kept_until_it_is_handed_back() -> None:
    """Five large pieces one after the other: one set of pages serves all, and none is held after it."""
    printed = subprocess.run([sys.executable, "-c", PROGRAMME], capture_output=True, text=True, check=True).stdout
    by_itself, keeping, held, left = map(int, printed.split())
    if by_itself < 5 * PAGES_OF_A_PIECE:
        pytest.skip("the system fetches more than one page of 4 KiB at a time")
    assert keeping < PAGES_OF_A_PIECE / 10
    assert held - left > PAGES_OF_A_PIECE * 0.9
