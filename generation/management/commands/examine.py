"""Examine networks."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from generation.actions.checkpoints import CheckpointCannotBeUsed, CheckpointIsUnknown, find_checkpoint
from generation.actions.examinations import CannotBeExamined, ExaminationWish, read_result, request_examination
from generation.catalogue import PRESETS
from generation.management.computing import ComputingCommand
from generation.management.terminal import run_with_bar


class Command(ComputingCommand):
    help = "Maximise many codes of each word and have a panel judge them; asked for again, the answer is there."

    def add_arguments(self, parser: CommandParser) -> None:
        name = "a checkpoint, as train prints it"
        parser.add_argument("--classifier", nargs="+", required=True, metavar="SLUG", help=f"What is climbed: {name}.")
        parser.add_argument("--judge", nargs="+", default=[], metavar="SLUG", help=f"Who judges beside it: {name}.")
        parser.add_argument("--prior", metavar="SLUG", help=f"The decoder prior: {name}. Without: features directly.")
        parser.add_argument("--preset", choices=list(PRESETS), required=True)
        parser.add_argument("--codes-per-word", type=int, default=100, help="2 to 10000. Default: 100.")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            wish = ExaminationWish(
                climbed=[find_checkpoint(slug) for slug in options["classifier"]],
                judges=[find_checkpoint(slug) for slug in options["judge"]],
                prior=find_checkpoint(options["prior"]) if options["prior"] else None,
                preset=options["preset"],
                codes_per_word=options["codes_per_word"],
                seed=options["seed"],
            )
            examination = request_examination(wish=wish)
        except (CannotBeExamined, CheckpointCannotBeUsed, CheckpointIsUnknown) as error:
            raise CommandError(str(error)) from error
        if not examination.is_done and examination.job is not None:
            run_with_bar(examination.job)
            examination.refresh_from_db()
        self.stdout.write(f"{examination.slug} {examination.folder}")
        for row in read_result(examination)["table"]:
            stages = (f"{stage} {_percent(row['agreed'][stage])}" for stage in ("features", "audio"))
            self.stdout.write(f"{row['word']}: the panel agrees on {', '.join(stages)}")


def _percent(share: dict[str, Any]) -> str:
    return f"{share['share']:.3f} [{share['low']:.3f}, {share['high']:.3f}]"
