"""Render clips."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from generation import catalogue
from generation.actions.checkpoints import CheckpointIsUnknown, find_checkpoint
from generation.actions.clips import ClipNetworks, ClipsCannotBeMade, SystemHasNoClip, find_clips, request_clips
from generation.management.computing import ComputingCommand
from generation.management.terminal import run_with_bar
from generation.models import Checkpoint

MAKING = ("source", "start", "space", "preset", "vocoder")


class Command(ComputingCommand):
    help = "Make clips of one system and have classifiers judge them; clips that are there are not made again."

    def add_arguments(self, parser: CommandParser) -> None:
        name = "the name of a checkpoint, as train prints it"
        parser.add_argument("--panel", nargs="+", required=True, metavar="CHECKPOINT", help=f"Who judges: {name}.")
        parser.add_argument("--climbs", nargs="+", metavar="CHECKPOINT", help="Which of the panel are maximised.")
        parser.add_argument("--prior", metavar="CHECKPOINT", help=f"The decoder prior: {name}.")
        parser.add_argument("--vocoder-network", metavar="CHECKPOINT", help=f"The vocoder's network: {name}.")
        for name in MAKING:
            table = getattr(catalogue, f"{name.upper()}S")
            parser.add_argument(f"--{name}", choices=list(table), required=name == "source")
        parser.add_argument("--from-word", metavar="WORD", help="Which other word to start from.")
        parser.add_argument("--words", nargs="+", metavar="WORD", help="All of the corpus, if left out.")
        parser.add_argument("--takes", type=int, default=1, help="How many clips of each word.")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, words: list[str] | None, takes: int, seed: int, **options: Any) -> None:
        networks = self._networks(options)
        first = networks.panel[0]
        if first.corpus is None:
            raise CommandError(
                f"The corpus that {first.slug} was trained on is not here: add it, or name another first."
            )
        making = {name: options[name] for name in (*MAKING, "climbs", "from_word") if options[name]}
        requests = [
            {**making, "word": word, "take": take, "seed": seed}
            for word in words or first.corpus.words
            for take in range(takes)
        ]
        wanted: dict[str, Any] = {"corpus": first.corpus, "features": first.features, "requests": requests}
        try:
            job = request_clips(**wanted, networks=networks)
        except ClipsCannotBeMade as error:
            raise CommandError(str(error)) from error
        if job is not None:
            run_with_bar(job)
        self._list(wanted, networks)

    def _list(self, wanted: dict[str, Any], networks: ClipNetworks) -> None:
        try:
            found = find_clips(**wanted, networks=networks)
        except SystemHasNoClip as error:
            raise CommandError(str(error)) from error
        clips = [clip for clip in found if clip is not None]
        for clip in clips:
            self.stdout.write(f"{clip.word} {clip.audio_path}")
        if len(clips) < len(found):
            self.stderr.write(f"{len(found) - len(clips)} clips are left out: too few recordings are heard wrongly.")

    def _networks(self, options: dict[str, Any]) -> ClipNetworks:
        vocoder, network = options["vocoder"], options["vocoder_network"]
        return ClipNetworks(
            panel=[_find(slug) for slug in options["panel"]],
            prior=_find(options["prior"]) if options["prior"] else None,
            vocoders={vocoder: _find(network)} if vocoder and network else {},
        )


def _find(slug: str) -> Checkpoint:
    try:
        return find_checkpoint(slug)
    except CheckpointIsUnknown as error:
        raise CommandError(str(error)) from error
