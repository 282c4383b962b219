"""Train a network on a corpus."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from generation.actions.checkpoints import request_training
from generation.catalogue import FEATURES, NETWORKS
from generation.management.computing import ComputingCommand
from generation.management.terminal import run_with_bar
from generation.models import Checkpoint, Corpus


class Command(ComputingCommand):
    help = "Train a network on a corpus, here and now; what was trained so before is not trained again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("corpus", help="A corpus's name, as add_corpus prints it and its page shows it.")
        parser.add_argument("network", choices=list(NETWORKS))
        parser.add_argument("--features", choices=list(FEATURES), default="wideband")
        length = parser.add_mutually_exclusive_group(required=True)
        length.add_argument("--epochs", type=int, help="Of a classifier or prior; 0 leaves it untrained, as a control.")
        length.add_argument("--steps", type=int, help="Of a vocoder.")
        parser.add_argument("--recipe", help="How it is trained, by the name of a recipe, such as paper.")
        parser.add_argument("--size", help="How large a vocoder's network, where there are several.")
        parser.add_argument("--shuffled-labels", action="store_true", help="A control: deal the labels out at random.")
        parser.add_argument("--labels", choices=["words", "talkers"], default="words", help="What it shall tell apart.")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, corpus: str, network: str, **options: Any) -> None:
        unit = "steps" if NETWORKS[network].role == "vocoder" else "epochs"
        least = 1 if unit == "steps" else 0
        if options[unit] is None or options[unit] < least:
            raise CommandError(f"Say how long to train {network}: --{unit} with a number from {least} up.")
        beside = {name: options[name] for name in ("recipe", "size", "shuffled_labels") if options[name]}
        if options["labels"] != "words":
            beside["labels"] = options["labels"]
        request = {
            "corpus": find_corpus(corpus),
            "network": network,
            "features": options["features"],
            "settings": {unit: options[unit], **beside},
            "seed": options["seed"],
        }
        checkpoint, job = request_training(**request)
        if job is not None:
            run_with_bar(job)
            checkpoint = Checkpoint.objects.get(request_digest=job.request_digest)
        assert checkpoint is not None
        self.stdout.write(checkpoint.slug)
        for split, accuracy in checkpoint.card.get("accuracy", {}).items():
            self.stdout.write(f"{split} accuracy {accuracy:.3f}")


def find_corpus(slug: str) -> Corpus:
    """Return the corpus of that name. Raises CommandError."""
    try:
        return Corpus.objects.get(slug=slug)
    except Corpus.DoesNotExist as error:
        known = (
            ", ".join(Corpus.objects.order_by("slug").values_list("slug", flat=True)) or "none yet; add_corpus adds one"
        )
        raise CommandError(f"There is no corpus {slug!r}. There are: {known}.") from error
