"""The record that a command is about: a study's, or an archive's."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError, CommandParser

from analysis.records import Answered, Listeners, answered_in, record_in_chunks, record_of
from listening_tests.management.study_argument import study_named
from listening_tests.models import Study

if TYPE_CHECKING:
    from analysis.engine.record import RecordInChunks, StudyRecord


def add_record(parser: CommandParser) -> None:
    """Let a command be given a study or an archive."""
    parser.add_argument("study", nargs="?", help="The study's name in addresses.")
    parser.add_argument("--archive", type=Path, help="An exported archive (.zip, .parquet.zip), instead of a study.")
    parser.add_argument("--listeners", choices=list(Listeners), help="Whose answers; real ones if there are any.")


def chosen_record(options: dict[str, Any]) -> "StudyRecord":
    """Return the record of the archive, or of the study. Raises CommandError."""
    archive = _archive_asked_for(options)
    return _from_archive(archive) if archive else record_of(*_study_asked_for(options))


def chosen_record_in_chunks(options: dict[str, Any]) -> "RecordInChunks":
    """Return what `chosen_record` returns, with a study's ratings still in the database. Raises CommandError."""
    from analysis.engine.record import in_one_chunk

    archive = _archive_asked_for(options)
    return in_one_chunk(_from_archive(archive)) if archive else record_in_chunks(*_study_asked_for(options))


def _archive_asked_for(options: dict[str, Any]) -> Path | None:
    """Return the archive's path, or None if a study is asked for instead."""
    archive: Path | None = options["archive"]
    if (options["study"] is None) == (archive is None):
        raise CommandError("Give a study's name or --archive FILE: one of the two.")
    return archive


def _from_archive(path: Path) -> "StudyRecord":
    from analysis.engine.archive import ArchiveIsDamaged
    from analysis.engine.columns import RatingsFrameIsWrong
    from analysis.engine.formats import FORMATS

    form = FORMATS["parquet" if path.name.endswith(f".{FORMATS['parquet'].ending}") else "csv"]
    try:
        return form.read(path.read_bytes())
    except (OSError, ArchiveIsDamaged, RatingsFrameIsWrong) as error:
        raise CommandError(f"{path}: {error}") from error


def _study_asked_for(options: dict[str, Any]) -> tuple[Study, Listeners]:
    study = study_named(str(options["study"]))
    shown_first = answered_in([study]).get(study.pk, Answered()).shown_first
    return study, Listeners(options["listeners"]) if options["listeners"] else shown_first
