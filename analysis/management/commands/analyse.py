"""Print the results of a study, or of an archive."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.management.record_argument import add_record, chosen_record
from analysis.records import results_of
from analysis.report import write_report

# From here on a process more is worth what it takes to start it.
MANY_RATINGS = 50_000


class Command(BaseCommand):
    help = "Print the results of a study, or compute them again from an exported archive."

    def add_arguments(self, parser: CommandParser) -> None:
        add_record(parser)
        parser.add_argument("--report", type=Path, metavar="DIR", help="Write a report with its tables and figures.")
        parser.add_argument(
            "--tables", type=Path, metavar="DIR", help="Write every table into this folder too, as CSV and Parquet."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        from analysis.engine.columns import RatingsFrameIsWrong
        from analysis.engine.excluding import ExclusionIsUnknown
        from analysis.engine.ratings import NoRatings
        from analysis.engine.results import StatisticIsUnknown, results_as_text, write_tables
        from analysis.engine.side_by_side import ProcessDied

        record = chosen_record(options)
        try:
            results = results_of(record, at_once=len(record.ratings) >= MANY_RATINGS)
        except (NoRatings, RatingsFrameIsWrong, StatisticIsUnknown, ExclusionIsUnknown, ProcessDied) as error:
            raise CommandError(str(error)) from error
        for line in (f"{record.facts.title} ({record.facts.listeners} listeners)", *record.facts.statements, ""):
            self.stdout.write(line)
        self.stdout.write(results_as_text(results))
        if options["report"]:
            for path in write_report(record, options["report"]):
                self.stdout.write(f"Wrote {path}")
        if options["tables"]:
            for path in write_tables(results, options["tables"]):
                self.stdout.write(f"Wrote {path}")
