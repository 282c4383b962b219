"""Read the ratings of another program."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = (
        "Read ratings from another program's files into our ratings table (OUTPUT.csv; what the table has no columns "
        "for beside it, as OUTPUT-beside.csv) or into an archive that `analyse --archive` takes (OUTPUT.zip). A file "
        "that does not fit is refused whole."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        from analysis.engine.formats import EXCHANGE_FORMATS

        parser.add_argument("format", choices=list(EXCHANGE_FORMATS), help="The files' format.")
        parser.add_argument("files", nargs="+", type=Path, metavar="file", help="The files of one study.")
        parser.add_argument("--output", required=True, type=Path, help="The file to write: .csv or .zip.")
        parser.add_argument("--study", default="imported", help="The study's name, where the files have none.")
        parser.add_argument("--scale", nargs=2, type=float, metavar=("LOW", "HIGH"),
                            help="The ends of the scale, where the files do not say.")  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        from analysis.engine.exchange import FileDoesNotFit, SourceFile
        from analysis.engine.formats import EXCHANGE_FORMATS
        from analysis.engine.interchange import EndingIsUnknown, write_import

        form = EXCHANGE_FORMATS[options["format"]]
        scale = tuple(options["scale"]) if options["scale"] else None
        try:
            files = [SourceFile(str(path), path.read_bytes()) for path in options["files"]]
            imported = form.read(files, options["study"], scale)
            written = write_import(imported, form, options["study"], options["output"])
        except (OSError, FileDoesNotFit, EndingIsUnknown) as error:
            raise CommandError(str(error)) from error
        ratings = imported.ratings
        self.stdout.write(f"Read {len(ratings)} ratings of {ratings['listener'].nunique()} listeners ({form.title}).")
        for lacking in form.lacks:
            self.stdout.write(f"Not in the files: {lacking}.")
        for path in written:
            self.stdout.write(f"Wrote {path}")
