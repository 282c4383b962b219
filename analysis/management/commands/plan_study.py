"""Say how many listeners and stimuli a study needs, what it finds, how long it takes and what it costs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.management.pilot_argument import chosen_pilot
from analysis.plan_answer import answered_plan
from analysis.plan_form import PlanForm
from analysis.table_text import table_as_text

SEVERAL = ("listeners", "stimuli")


class Command(BaseCommand):
    help = (
        "Plan a study: what each design of listeners and stimuli finds, by formula and by simulation, how many "
        "listeners a difference or an interval's half-width needs, and what that takes in time and money."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for name, field in PlanForm.base_fields.items():
            begins = "" if field.initial is None else f" Default: {field.initial}.".replace("%", "%%")
            described = f"{field.label}. {field.help_text}".replace("%", "%%").strip()
            nargs = "+" if name in SEVERAL else None
            parser.add_argument(f"--{name.replace('_', '-')}", nargs=nargs, help=f"{described}{begins}")
        parser.add_argument("--pilot", metavar="STUDY|FILE.csv",
                            help="Whose variances to plan with: a study, or a table of listener, system, stimulus and "
                            "score, or an archive's ratings.csv. Default: the usual variances.")  # fmt: skip
        parser.add_argument("--simulate", type=int, default=200, metavar="N", help="Simulated studies per design.")
        parser.add_argument("--seed", type=int, default=1, help="Decides what is simulated.")
        parser.add_argument("--csv", type=Path, metavar="FILE", help="Write the tables as CSV too.")

    def handle(self, *args: Any, **options: Any) -> None:
        from analysis.engine.planning.designs import DesignIsImpossible

        form = PlanForm(_asked(options))
        if not form.is_valid():
            raise CommandError("\n".join(_faults(form)))
        if not 0 <= options["simulate"] <= 100_000 or options["seed"] < 0:
            raise CommandError("--simulate is from 0 to 100,000, and --seed not negative.")
        name, pilot = chosen_pilot(options["pilot"], form.cleaned_data["task"])
        try:
            plan = form.plan(pilot, studies=options["simulate"], seed=options["seed"])
            answer = answered_plan(plan, pilot, name)
        except DesignIsImpossible as error:
            raise CommandError(str(error)) from error
        said = (answer.floor, answer.stopping, answer.peeking, answer.variances, answer.terms, answer.simulation)
        self.stdout.write("\n\n".join([*map(table_as_text, answer.tables.values()), *filter(None, said)]))
        for table, frame in answer.frames.items() if options["csv"] else ():
            path = options["csv"]
            path = path if table == "designs" else path.with_name(f"{path.stem}-{table.replace('_', '-')}.csv")
            frame.to_csv(path, index=False, lineterminator="\n")
            self.stdout.write(f"Wrote {path}")


def _asked(options: dict[str, Any]) -> dict[str, Any]:
    given = {name: options[name] for name in PlanForm.base_fields if options[name] is not None}
    texts = {name: ", ".join(value) if name in SEVERAL else value for name, value in given.items()}
    return {**PlanForm.initial_values(), **texts}


def _faults(form: PlanForm) -> list[str]:
    return [f"--{name.replace('_', '-')}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()]
