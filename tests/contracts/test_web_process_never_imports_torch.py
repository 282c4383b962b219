"""A web process serves every page without PyTorch: it starts fast, stays small, and cannot hang in a computation."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings


@pytest.fixture(scope="module")
def visited(tmp_path_factory):
    """Visit every page in a process of its own: what each answered, which were left out, which engines were loaded."""
    environment = {
        **os.environ,
        "HEARSAY_VAR": str(tmp_path_factory.mktemp("web")),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": "",
        "HEARSAY_LOG_LEVEL": "ERROR",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.contracts.web_process"],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout.splitlines()[-1]), "log": done.stderr}


def test_no_page_loads_pytorch(visited):
    assert visited["engines"] == []


def test_every_page_was_visited(visited):
    """A page that shows an object needs its arguments in tests/contracts/web_process.py."""
    of_ours = [name for name in visited["unknown"] if not name.startswith("admin:")]

    assert of_ours == []
    for name in ("home", "corpus_list", "clip_list", "job_list", "clip_detail", "admin:index"):
        assert name in visited["statuses"]


def test_no_page_breaks(visited):
    broken = {name: statuses for name, statuses in visited["statuses"].items() if max(statuses) >= 500}

    assert broken == {}, visited["log"]


def test_pages_of_researchers_open_for_one(visited):
    for name in ("corpus_detail", "checkpoint_detail", "clip_list", "clip_detail", "job_detail", "corpus_add"):
        assert visited["statuses"][name][0] == 200
