"""A stand-in for Prolific, for tests of recruitment."""

import socket

import pytest

from tests.listening_tests.recruitment.prolific_stand_in import TOKEN, ProlificStandIn


@pytest.fixture
def prolific():
    with ProlificStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def unused_tcp_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def prolific_settings(prolific, settings):
    """Let the platform speak with the stand-in."""
    settings.PROLIFIC_URL, settings.PROLIFIC_TOKEN = prolific.address, TOKEN
    return settings
