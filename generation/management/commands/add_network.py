"""Add a classifier that was trained elsewhere."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from generation.actions.checkpoints import register_checkpoint
from generation.catalogue import NetworkRole
from generation.digests import request_digest
from generation.models import Checkpoint


class Command(BaseCommand):
    help = (
        "Add a classifier that was trained elsewhere: a file of torch.export.save with a dynamic batch, and a card in "
        "JSON with features, words (in the order of the logits), sha256, title and licence. None of its code is run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The .pt2 file: features [batch, mels, frames] to logits.")
        parser.add_argument("card", type=Path, help="The card (docs/adding.md).")

    def handle(self, *args: Any, file: Path, card: Path, **options: Any) -> None:
        # What the engine finds wrong with an export is a ValueError or a FileNotFoundError, named and explained.
        try:
            checkpoint = _add(file, card)
        except (ValueError, FileNotFoundError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(checkpoint.slug)


def _add(file: Path, card_file: Path) -> Checkpoint:
    from generation.engine.exported_network import EXPORTED, SUFFIX, read_card
    from generation.engine.features import FEATURES

    content = file.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    card = read_card(card_file, sha256)
    known = [slug for slug, config in FEATURES.items() if config.as_dict() == card["features"]]
    if not known:
        raise CommandError(f"The card {card_file} has features of its own: use one of {', '.join(FEATURES)}.")
    path = Path(settings.CHECKPOINTS_DIR, f"{EXPORTED}-{sha256[:8]}{SUFFIX}")
    if not path.exists():
        _copy(file, path, card)
    checkpoint, _ = register_checkpoint(
        corpus=None, network=EXPORTED, features=known[0], digest=request_digest({"kind": EXPORTED, "sha256": sha256}),
        file=path.name, sha256=sha256, card=card, slug=path.stem, role=NetworkRole.CLASSIFIER,
    )  # fmt: skip
    return checkpoint


def _copy(file: Path, path: Path, card: dict[str, Any]) -> None:
    """Lay the network and its completed card beside the others, once it has been read and tried."""
    from generation.engine.checkpoints import load_checkpoint

    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, path)
    path.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    try:
        load_checkpoint(path)
    except ValueError:
        path.unlink()
        path.with_suffix(".json").unlink()
        raise
