"""How long the archive of a study takes, and in how much memory, by its ratings: `python -m benchmarks.export_memory`.

Studies of two sizes are stored in SQLite databases of their own: each listener gives 200 opinion scores. Then
`export_ratings` runs on each in a process of its own. What it needs should not grow with the ratings, beyond what it
remembers of each session.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measured_command import run_measured

if TYPE_CHECKING:
    from listening_tests.models import Session, Study

ROOT = Path(__file__).resolve().parent.parent
SYSTEMS = 10
ANSWERS = 200
SESSIONS_AT_ONCE = 50
BEGUN = datetime(2026, 1, 5, 9, tzinfo=UTC)
FORMS = ("csv", "parquet")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ratings", nargs="+", type=int, default=[50_000, 200_000], help=f"in steps of {ANSWERS}")
    parser.add_argument("--form", choices=FORMS, default="csv", help="of the archive")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fill", nargs=2, type=int, metavar=("RATINGS", "SEED"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.fill:
        fill(*arguments.fill)
        return
    for n_ratings in arguments.ratings:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), n_ratings, arguments.form, arguments.seed)


def measure(folder: Path, n_ratings: int, form: str, seed: int) -> None:
    """Store a study in a folder, export it, and print what the export took."""
    database = {"HEARSAY_VAR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'hearsay.sqlite3'}"}
    environment = {**os.environ, **database, "DJANGO_SETTINGS_MODULE": "config.settings"}
    filling = [sys.executable, "-m", "benchmarks.export_memory", "--fill", str(n_ratings), str(seed)]
    subprocess.run(filling, env=environment, cwd=ROOT, check=True)
    export = [sys.executable, "manage.py", "export_ratings", "scale", "--as", form, "--output", str(folder / "out")]
    taken = run_measured(export, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    (archive,) = (folder / "out").iterdir()
    size = archive.stat().st_size / 2**20
    print(f"{n_ratings:>9,} ratings, {form} archive of {size:.1f} MiB: {taken.wall:.1f} s wall, "
          f"{taken.processor:.1f} CPU s, peak {taken.peak / 2**20:.0f} MiB", flush=True)  # fmt: skip


def fill(n_ratings: int, seed: int) -> None:
    """Make the database and store a study with so many ratings in it."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    study = make_study()
    for sessions in begin_sessions(study, n_ratings // ANSWERS):
        answer(study, sessions, random.Random(f"{seed} {sessions[0].pk}"))


def make_study() -> "Study":
    """Store a study of one block of opinion scores, with as many stimuli as a listener answers."""
    from generation.models import Clip, Corpus
    from listening_tests.models import Block, SetMember, Stimulus, StimulusSet, Study

    systems = [{"slug": f"system-{number}", "title": f"System {number}"} for number in range(SYSTEMS)]
    study = Study.objects.create(
        slug="scale", title="A made-up study", protocol={"systems": systems}, protocol_sha256="0" * 64
    )
    facts = {"title": "How good is it?", "ratings_per_stimulus": 1, "trials_per_session": ANSWERS}
    block = Block.objects.create(study=study, position=0, method="acr", **facts)
    corpus = Corpus.objects.create(slug="words", title="Words", folder="words", origin="folder", words=["go"],
                                   counts={}, digest="0" * 64)  # fmt: skip
    files = {"audio": "a.flac", "spectrogram": "a.png", "features": "a.npy", "sample_rate": 16_000, "duration": 1.0}
    for number in range(ANSWERS):
        digest = f"{number:064x}"
        clip = Clip.objects.create(corpus=corpus, word="go", recipe={}, request_digest=digest, sha256=digest, **files)
        named = {"block": block, "system": f"system-{number % SYSTEMS}", "word": "go"}
        stimulus = Stimulus.objects.create(clip=clip, sha256=digest, seconds=1.0, **named)
        SetMember.objects.create(stimulus_set=StimulusSet.objects.create(**named), stimulus=stimulus)
    return study


def begin_sessions(study: "Study", n_sessions: int) -> "Iterator[list[Session]]":
    """Store sessions of one simulated listener each; yield some at a time."""
    from listening_tests.models import Listener, Session

    for start in range(0, n_sessions, SESSIONS_AT_ONCE):
        numbers = range(start, min(start + SESSIONS_AT_ONCE, n_sessions))
        listeners = Listener.objects.bulk_create([Listener(is_simulated=True) for _ in numbers])
        times = {"consented_at": BEGUN, "completed_at": BEGUN + timedelta(hours=1),
                 "expires_at": BEGUN + timedelta(days=1)}  # fmt: skip
        yield Session.objects.bulk_create(
            Session(study=study, listener=listener, state="completed", seed=number, **times)
            for number, listener in zip(numbers, listeners, strict=True)
        )


def answer(study: "Study", sessions: "list[Session]", generator: random.Random) -> None:
    """Store an answer of each session to each stimulus, in an order of its own."""
    from listening_tests.models import Presentation, Rating, Trial

    block = study.blocks.get()
    sets = {place.stimulus_set_id: place.stimulus_id for each in block.sets.all() for place in each.places.all()}
    trials = Trial.objects.bulk_create(
        Trial(session=session, block=block, stimulus_set_id=asked, position=position, evidence={"hidden_seconds": 0.0},
              first_shown_at=BEGUN + timedelta(seconds=10 * position),
              answered_at=BEGUN + timedelta(seconds=10 * position + 5))
        for session in sessions
        for position, asked in enumerate(generator.sample(list(sets), len(sets)))
    )  # fmt: skip
    presentations = Presentation.objects.bulk_create(
        Presentation(trial=trial, stimulus_id=sets[trial.stimulus_set_id]) for trial in trials
    )
    scores = [generator.randint(1, 5) for _ in presentations]
    Rating.objects.bulk_create(
        Rating(presentation=presentation, response=str(score), score=score, play_count=1,
               answered_at=presentation.trial.answered_at)
        for presentation, score in zip(presentations, scores, strict=True)
    )  # fmt: skip


if __name__ == "__main__":
    main()
