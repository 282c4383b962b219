"""Starting, arriving twice, webhooks and looks at Prolific, on a PostgreSQL of its own: the same tests as on SQLite.

A process has one database, so the tests run in one that is told of another.
"""

import os
import subprocess
import sys

import pytest
from django.conf import settings

HERE = "tests/listening_tests"
TESTS = (
    f"{HERE}/test_agreeing_once.py",
    f"{HERE}/test_concurrency.py",
    f"{HERE}/recruitment/test_arriving_at_once.py",
    f"{HERE}/recruitment/test_keeping_in_step.py::test_a_late_exclusion_lets_it_go_on_with_exactly_the_place_that_was_lost",
    f"{HERE}/recruitment/test_prolific_webhook.py::test_a_returned_submission_frees_its_session_at_once",
    f"{HERE}/recruitment/test_running_at_prolific.py::test_a_look_takes_over_every_page_of_submissions",
)


@pytest.mark.slow
@pytest.mark.postgres
def test_recruiting_holds_on_postgresql_too(postgres_url, tmp_path):
    environment = {**os.environ, "DATABASE_URL": postgres_url, "HEARSAY_VAR": str(tmp_path)}

    done = subprocess.run(
        # The database goes with its server.
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--reuse-db", *TESTS],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout
