"""The site is served with a worker until it is told to stop."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from analysis import serving

START_SECONDS = 90


@pytest.fixture
def taken_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_port_that_is_taken_is_named_with_what_to_do(taken_port):
    with pytest.raises(serving.PortIsTaken, match=rf"Port {taken_port} is taken: .* --port"):
        serving.check_port(taken_port)


def test_the_demo_says_so_before_it_makes_anything(taken_port):
    with pytest.raises(CommandError, match="is taken"):
        call_command("demo", port=taken_port)


def children_of(process):
    """List the children of a process, from the kernel's own files."""
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if stat.read_text().rpartition(") ")[2].split()[1] == str(process.pid):
                children.append(int(stat.parent.name))
    return children


def is_alive(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def answer_of(address):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5) as response:
            return response.status, response.read().decode()
        time.sleep(0.2)
    raise AssertionError(f"{address} did not answer in {START_SECONDS} s")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="children are found through /proc, which only Linux has")
def test_a_terminated_server_ends_its_children(tmp_path, free_port):
    environment = {**os.environ, "HEARSAY_VAR": str(tmp_path)}
    command = [sys.executable, "manage.py", "serve", "--port", str(free_port)]
    server = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL)
    try:
        status, page = answer_of(f"http://127.0.0.1:{free_port}/")
        children = children_of(server)
        server.send_signal(signal.SIGTERM)
        ended = server.wait(timeout=60)
    finally:
        server.kill()

    assert (status, "Hearsay" in page) == (200, True)
    assert len(children) == 2
    assert ended == 0
    assert not any(map(is_alive, children))
