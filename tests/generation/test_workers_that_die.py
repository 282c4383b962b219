"""Worker processes are killed and stopped while they work; nothing is lost, and nothing is done twice."""

import os
import shutil
import signal

import pytest

from tests.generation.worker_site import WorkerSite

pytestmark = pytest.mark.slow

NO_MESSAGE_IS_RUNNING = """
    SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM django_tasks_database_dbtaskresult WHERE status = 'RUNNING')
"""
JOB_HAS_ENDED = "SELECT state, error FROM generation_job WHERE state IN ('done', 'failed')"


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory):
    site = WorkerSite(tmp_path_factory.mktemp("empty"))
    site.migrate()
    return site.folder / "hearsay.sqlite3"


@pytest.fixture
def site(tmp_path, empty_database):
    shutil.copy(empty_database, tmp_path)
    site = WorkerSite(tmp_path)
    yield site
    site.end()


@pytest.fixture
def site_on_postgres(tmp_path, postgres_url):
    site = WorkerSite(tmp_path, postgres=postgres_url)
    site.migrate()
    yield site
    site.end()


def work(site, names, steps=8):
    shared = {"folder": str(site.results), "step_seconds": 0.08}
    return site.request("write_slowly", shared, [{"name": name, "steps": steps} for name in names])


def test_each_item_is_committed_exactly_once_though_workers_are_killed(site):
    check_that_kills_lose_and_double_nothing(site)


@pytest.mark.postgres
def test_each_item_is_committed_exactly_once_on_postgresql_too(site_on_postgres):
    site_on_postgres.start_worker()

    check_that_kills_lose_and_double_nothing(site_on_postgres)


def check_that_kills_lose_and_double_nothing(site):
    names = [f"item {number}" for number in range(6)]
    work(site, names)

    for kill_supervisor in (False, True, False):
        supervisor = site.start_worker() if not site.supervisors or site.supervisors[-1].poll() is not None else None
        _, process = site.holder()
        if kill_supervisor:
            supervisor = supervisor or site.supervisors[-1]
            supervisor.kill()
            supervisor.wait()
        os.kill(process, signal.SIGKILL)
    state, error = site.wait_for(JOB_HAS_ENDED)[0]

    committed = site.query("SELECT title, COUNT(*) FROM generation_corpus GROUP BY title ORDER BY title")
    assert (state, error) == ("done", "")
    assert committed == [(name, 1) for name in names]
    assert site.query("SELECT 1 FROM generation_jobitem WHERE attempt > 1") != []
    kept = {row[0] for row in site.query("SELECT folder FROM generation_corpus")}
    assert {str(path) for path in site.results.glob("*.txt")} == kept


def test_a_worker_that_was_stopped_for_longer_than_its_lease_commits_nothing(site):
    work(site, ["alone"], steps=12)
    site.start_worker()
    item, stopped = site.holder()

    os.kill(stopped, signal.SIGSTOP)
    site.start_worker()
    site.wait_for(f"SELECT 1 FROM generation_jobitem WHERE id = {item} AND attempt = 2 AND progress > 0")
    os.kill(stopped, signal.SIGCONT)
    site.wait_for(JOB_HAS_ENDED)
    site.wait_for_log("its result is discarded")

    assert site.query(f"SELECT attempt, state FROM generation_jobitem WHERE id = {item}") == [(2, "done")]
    assert site.query("SELECT COUNT(*) FROM generation_corpus") == [(1,)]
    assert [path.name for path in site.results.glob("*.txt")] == [f"{item}-2.txt"]


def test_an_item_that_kills_its_workers_is_given_up_after_three(site):
    site.request("kill_worker", {}, [{}])

    site.start_worker()
    state, error = site.wait_for(JOB_HAS_ENDED)[0]

    assert state == "failed"
    assert "died or fell silent 3 times" in error
    assert site.query("SELECT attempt, state FROM generation_jobitem") == [(3, "failed")]
    site.wait_for(NO_MESSAGE_IS_RUNNING)


def test_a_worker_that_is_told_to_end_gives_its_item_back(site):
    work(site, ["long"], steps=400)
    supervisor = site.start_worker()
    site.holder()

    supervisor.send_signal(signal.SIGTERM)
    supervisor.wait(timeout=20)

    assert supervisor.returncode == 0
    assert site.query("SELECT state, tries FROM generation_jobitem") == [("pending", 0)]


def test_a_process_that_loses_its_device_fails_its_item_and_is_replaced(site):
    job = site.request("lose_device", {"folder": str(site.results)}, [{"name": "first"}])
    site.start_worker()
    site.wait_for(JOB_HAS_ENDED)
    lost = (site.results / "process").read_text()

    site.wait_for_log("starting it again")
    site.python("manage.py", "jobs", "retry", str(job))
    state, error = site.wait_for("SELECT state, error FROM generation_job WHERE state = 'done'")[0]

    assert (state, error) == ("done", "")
    assert site.query("SELECT worker FROM generation_jobitem")[0][0].rpartition(":")[2] != lost
