"""The record that a command is about: a study's, or an archive's."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError, CommandParser

from analysis.records import Answered, Listeners, answered_in, record_of
from listening_tests.management.study_argument import study_named

if TYPE_CHECKING:
    from analysis.engine.record import StudyRecord


def add_record(parser: CommandParser) -> None:
    """Let a command be given a study or an archive."""
    parser.add_argument("study", nargs="?", help="The study's name in addresses.")
    parser.add_argument("--archive", type=Path, help="An exported archive (.zip, .parquet.zip), instead of a study.")
    parser.add_argument("--listeners", choices=list(Listeners), help="Whose answers; real ones if there are any.")


def chosen_record(options: dict[str, Any]) -> "StudyRecord":
    """Return the record of the archive, or of the study. Raises CommandError."""
    slug, archive = options["study"], options["archive"]
    if (slug is None) == (archive is None):
        raise CommandError("Give a study's name or --archive FILE: one of the two.")
    return _from_archive(archive) if archive else _from_database(str(slug), options["listeners"])


def _from_archive(path: Path) -> "StudyRecord":
    from analysis.engine.archive import ArchiveIsDamaged
    from analysis.engine.formats import FORMATS
    from analysis.engine.ratings import RatingsFrameIsWrong

    form = FORMATS["parquet" if path.name.endswith(f".{FORMATS['parquet'].ending}") else "csv"]
    try:
        return form.read(path.read_bytes())
    except (OSError, ArchiveIsDamaged, RatingsFrameIsWrong) as error:
        raise CommandError(f"{path}: {error}") from error


def _from_database(slug: str, listeners: str | None) -> "StudyRecord":
    study = study_named(slug)
    shown_first = answered_in([study]).get(study.pk, Answered()).shown_first
    return record_of(study, Listeners(listeners) if listeners else shown_first)
