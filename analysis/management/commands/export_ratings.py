"""Write the ratings of a study in a format of another program, or the study's archive."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.management.record_argument import add_record, chosen_record, chosen_record_in_chunks


class Command(BaseCommand):
    help = (
        "Write the ratings that count, in a format of another program; or the whole study as an archive. Gold stimuli, "
        "training, repeats and what the study's exclusions left out are in the archive alone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        from analysis.engine.formats import EXCHANGE_FORMATS, FORMATS

        add_record(parser)
        parser.add_argument("--as", dest="form", required=True, choices=[*FORMATS, *EXCHANGE_FORMATS],
                            help="The format.")  # fmt: skip
        parser.add_argument("--method", help="Only the ratings of this test method; most formats hold but one.")
        parser.add_argument("--output", required=True, type=Path, metavar="DIR", help="The folder to write into.")

    def handle(self, *args: Any, **options: Any) -> None:
        from analysis.engine.columns import RatingsFrameIsWrong
        from analysis.engine.exchange import CannotBeWritten
        from analysis.engine.excluding import ExclusionIsUnknown
        from analysis.engine.formats import FORMATS
        from analysis.engine.ratings import NoRatings

        write = _write_archive if options["form"] in FORMATS else _write_exchange_files
        try:
            paths = write(options)
        except (CannotBeWritten, ExclusionIsUnknown, NoRatings, RatingsFrameIsWrong) as error:
            raise CommandError(str(error)) from error
        for path in paths:
            self.stdout.write(f"Wrote {path}")


def _write_archive(options: dict[str, Any]) -> list[Path]:
    from analysis.engine.interchange import write_archive_file

    record = chosen_record_in_chunks(options)
    options["output"].mkdir(parents=True, exist_ok=True)
    return [write_archive_file(record, options["form"], options["output"])]


def _write_exchange_files(options: dict[str, Any]) -> list[Path]:
    from analysis.engine.interchange import files_of

    files = files_of(chosen_record(options), options["form"], options["method"])
    options["output"].mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (options["output"] / name).write_bytes(content)
    return [options["output"] / name for name in files]
