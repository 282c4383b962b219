"""Where commands compute is said on their command line."""

import os
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from generation.management.computing import ComputingCommand


@pytest.fixture
def command(monkeypatch, settings):
    """A command that says where it would compute, in an environment that is put back afterwards."""
    monkeypatch.setenv("HEARSAY_DEVICE", "auto")
    monkeypatch.setenv("HEARSAY_THREADS", "1")
    settings.DEVICE, settings.THREADS = "auto", 1

    class Where(ComputingCommand):
        def handle(self, *args, **options):
            self.stdout.write(f"{settings.DEVICE} {settings.THREADS}")

    return Where()


def test_device_and_threads_go_before_the_environments(command):
    said = StringIO()

    call_command(command, "--device", "cpu", "--threads", "3", stdout=said)

    assert said.getvalue() == "cpu 3\n"
    assert (os.environ["HEARSAY_DEVICE"], os.environ["HEARSAY_THREADS"]) == ("cpu", "3")


def test_unless_given_the_environments_stay(command):
    said = StringIO()

    call_command(command, stdout=said)

    assert said.getvalue() == "auto 1\n"


def test_less_than_no_thread_is_refused(command):
    with pytest.raises(CommandError, match="--threads is -1: give a number from 0 up"):
        call_command(command, "--threads", "-1")


@pytest.mark.parametrize("name", ["worker", "run_study", "jobs", "demo", "serve", "train", "render", "examine"])
def test_every_command_that_computes_takes_them(name, capsys):
    with pytest.raises(SystemExit, match="0"):
        call_command(name, "--help")

    said = capsys.readouterr().out
    assert "--device" in said
    assert "--threads" in said
