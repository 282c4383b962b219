"""Render clips."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generation import catalogue
from generation.actions.clips import ClipsCannotBeMade, find_clips, request_clips
from generation.management.terminal import run_with_bar
from generation.models import Checkpoint

PURPOSES = ("classifier", "judge", "prior", "wavenet")
MAKING = ("source", "start", "space", "preset", "vocoder")


class Command(BaseCommand):
    help = "Make clips of one system and have classifiers judge them; clips that are there are not made again."

    def add_arguments(self, parser: CommandParser) -> None:
        for purpose in PURPOSES:
            text = f"The name of the {purpose}'s checkpoint, as train prints it."
            parser.add_argument(f"--{purpose}", required=purpose == "classifier", help=text)
        for name in MAKING:
            table = getattr(catalogue, f"{name.upper()}S")
            parser.add_argument(f"--{name}", choices=list(table), required=name == "source")
        parser.add_argument("--words", nargs="+", metavar="WORD", help="All of the corpus, if left out.")
        parser.add_argument("--takes", type=int, default=1, help="How many clips of each word.")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, words: list[str] | None, takes: int, seed: int, **options: Any) -> None:
        checkpoints = {each: find_checkpoint(options[each]) for each in PURPOSES if options[each]}
        classifier = checkpoints["classifier"]
        making = {name: options[name] for name in MAKING}
        requests = [
            {**making, "word": word, "take": take, "seed": seed}
            for word in words or classifier.corpus.words
            for take in range(takes)
        ]
        wanted: dict[str, Any] = {"corpus": classifier.corpus, "features": classifier.features, "requests": requests}
        try:
            job = request_clips(**wanted, checkpoints=checkpoints)
        except ClipsCannotBeMade as error:
            raise CommandError(str(error)) from error
        if job is not None:
            run_with_bar(job)
        for clip in find_clips(**wanted, checkpoints=checkpoints):
            self.stdout.write(f"{clip.word} {clip.audio_path}")


def find_checkpoint(slug: str) -> Checkpoint:
    """Return the checkpoint of that name. Raises CommandError."""
    try:
        return Checkpoint.objects.select_related("corpus").get(slug=slug)
    except Checkpoint.DoesNotExist as error:
        raise CommandError(f"There is no checkpoint {slug!r}: train one, or look at the networks' page.") from error
