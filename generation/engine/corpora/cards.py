"""A corpus's card, CORPUS.json: where its recordings come from, and whether people speak in them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CARD_NAME = "CORPUS.json"


class CorpusCardIsDamaged(ValueError):
    """A corpus's CORPUS.json cannot be read."""


class FolderHoldsOtherContent(FileExistsError):
    """The folder to fill is not empty, and what it holds is not the corpus meant."""


def read_card(folder: Path) -> dict[str, Any]:
    """Read a corpus's card: title, origin, is_synthetic, licence, how it was made. A plain folder has a short one.

    Raises CorpusCardIsDamaged.
    """
    plain = {"title": folder.name, "origin": "folder", "is_synthetic": False, "licence": ""}
    path = folder / CARD_NAME
    if not path.exists():
        return plain
    try:
        card = json.loads(path.read_bytes())
    except ValueError as error:
        raise CorpusCardIsDamaged(f"{path} is no JSON ({error}): mend or remove it.") from error
    if not isinstance(card, dict) or not isinstance(card.get("is_synthetic"), bool):
        raise CorpusCardIsDamaged(f"{path} must be an object with is_synthetic true or false: mend or remove it.")
    return plain | card


def write_card(folder: Path, card: Mapping[str, Any]) -> None:
    """Write a corpus's card into its folder."""
    (folder / CARD_NAME).write_text(json.dumps(dict(card), indent=2) + "\n", encoding="utf-8")


def stands_already(folder: Path, expected: Mapping[str, Any]) -> bool:
    """Say whether the corpus whose card has these fields stands in the folder; False if that is absent or empty.

    Raises FolderHoldsOtherContent if something else stands there.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return False
    card = read_card(folder) if folder.is_dir() else {}
    if any(card.get(name) != value for name, value in expected.items()):
        raise FolderHoldsOtherContent(
            f"{folder} holds something other than this corpus: give another --folder, or remove it first."
        )
    return True
