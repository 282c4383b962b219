"""Serving the site on one machine: a web server and a worker, kept alive until told to stop."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from django.conf import settings


class PortIsTaken(Exception):
    """Something else listens on the port that was asked for."""


class ServerDoesNotAnswer(Exception):
    """The web server ended, or did not open its port in time."""


START_SECONDS = 60
RESTART_AFTER_SECONDS = 2


def check_port(port: int) -> None:
    """Raise PortIsTaken unless we can listen on the port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortIsTaken(
                f"Port {port} is taken: end what listens there, or give another, as in --port 8001."
            ) from error


@contextlib.contextmanager
def running_worker() -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker beside this process until the block ends."""
    worker = _start_worker()
    end_on_termination()
    try:
        yield worker
    finally:
        _stop(worker)


def serve(*, port: int, on_ready: Callable[[], None]) -> None:
    """Serve the site and run a worker until interrupted, starting either again if it ends by itself.

    Calls `on_ready` once the site answers. Raises PortIsTaken or ServerDoesNotAnswer.
    """
    check_port(port)
    starts = {"server": lambda: _start_server(port), "worker": _start_worker}
    children = {name: start() for name, start in starts.items()}
    end_on_termination()
    try:
        _wait_until_open(port, children["server"])
        on_ready()
        while True:
            time.sleep(RESTART_AFTER_SECONDS)
            for name, child in children.items():
                if child.poll() is not None:
                    children[name] = starts[name]()
    except KeyboardInterrupt:
        return
    finally:
        for child in children.values():
            _stop(child)


def end_on_termination() -> None:
    """Let SIGTERM end this process as Ctrl-C does, so that it ends its children first."""
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def server_command(port: int) -> list[str]:
    """Return the command that runs the web server on a port of this machine."""
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    return [*command, "--worker-class", "gthread", "--workers", "2", "--threads", "8"]


def _start_server(port: int) -> subprocess.Popen[bytes]:
    return _start(server_command(port))


def _start_worker() -> subprocess.Popen[bytes]:
    return _start([sys.executable, "manage.py", "worker"])


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    # A session of its own, so that Ctrl-C reaches this process alone, which then ends its children in order.
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=os.environ.copy(), start_new_session=True)


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(timeout=15)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _wait_until_open(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise ServerDoesNotAnswer(
        f"The web server did not open port {port} within {START_SECONDS} s; its messages are above."
    )
