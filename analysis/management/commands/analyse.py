"""Print the results of a study, or of an archive."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.records import Answered, Listeners, answered_in, record_of
from listening_tests.models import Study


class Command(BaseCommand):
    help = "Print the results of a study, or compute them again from an exported archive."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", nargs="?", help="The study's name in addresses.")
        parser.add_argument("--archive", type=Path, help="An exported archive, instead of a study.")
        parser.add_argument("--listeners", choices=list(Listeners), help="Whose answers; real ones if there are any.")
        parser.add_argument("--csv", type=Path, metavar="DIR", help="Write every table into this folder too.")

    def handle(self, *args: Any, **options: Any) -> None:
        from analysis.engine.excluding import ExclusionIsUnknown
        from analysis.engine.ratings import NoRatings, RatingsFrameIsWrong
        from analysis.engine.results import StatisticIsUnknown, analyse, results_as_text, write_tables

        record = self.record(options["study"], options["archive"], options["listeners"])
        try:
            results = analyse(record)
        except (NoRatings, RatingsFrameIsWrong, StatisticIsUnknown, ExclusionIsUnknown) as error:
            raise CommandError(str(error)) from error
        for line in (f"{record.facts.title} ({record.facts.listeners} listeners)", *record.facts.statements, ""):
            self.stdout.write(line)
        self.stdout.write(results_as_text(results))
        if options["csv"]:
            for path in write_tables(results, options["csv"]):
                self.stdout.write(f"Wrote {path}")

    def record(self, slug: str | None, archive: Path | None, listeners: str | None) -> Any:
        """Return the record of the archive, or of the study."""
        if (slug is None) == (archive is None):
            raise CommandError("Give a study's name or --archive FILE: one of the two.")
        return _from_archive(archive) if archive else _from_database(str(slug), listeners)


def _from_archive(path: Path) -> Any:
    from analysis.engine.formats import FORMATS
    from analysis.engine.formats.csv_with_dictionary import ArchiveIsDamaged
    from analysis.engine.ratings import RatingsFrameIsWrong

    try:
        return FORMATS["csv"].read(path.read_bytes())
    except (OSError, ArchiveIsDamaged, RatingsFrameIsWrong) as error:
        raise CommandError(f"{path}: {error}") from error


def _from_database(slug: str, listeners: str | None) -> Any:
    study = Study.objects.filter(slug=slug).first()
    if study is None:
        known = ", ".join(Study.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"There is no study {slug!r}; the studies are: {known}.")
    shown_first = answered_in([study]).get(study.pk, Answered()).shown_first
    return record_of(study, Listeners(listeners) if listeners else shown_first)
