"""The networks shipped with Hearsay: in settings.SHIPPED_DIR, each NAME.safetensors with its card NAME.json."""

import hashlib
import json
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from generation.actions.checkpoints import register_checkpoint
from generation.catalogue import FEATURES, NETWORKS
from generation.digests import request_digest
from generation.models import Checkpoint, Corpus

# What a shipped network's card must say, so that its page can say where it comes from.
CARD_FIELDS = ("network", "settings", "features", "feature_definition", "corpus", "seed", "sha256")
CORPUS_FIELDS = ("title", "licence", "is_synthetic")


class ShippedNetworkIsUnknown(LookupError):
    """No network of this name is shipped."""


class ShippedNetworkIsDamaged(ValueError):
    """A shipped network's file is not the one its card tells of, or the card says too little."""


class NetworkCannotBeShipped(ValueError):
    """A trained network cannot be laid beside the shipped ones."""


@dataclass(frozen=True)
class ShippedNetwork:
    """A network that is shipped: its name, its weights' file, and its card."""

    name: str
    path: Path
    card: dict[str, Any]


def shipped_networks() -> list[ShippedNetwork]:
    """Return all shipped networks, by name. Raises ShippedNetworkIsDamaged for a card that says too little."""
    return [_read(path) for path in sorted(settings.SHIPPED_DIR.glob("*.safetensors"))]


def register_shipped(*, name: str) -> Checkpoint:
    """Register a shipped network, or return the checkpoint it was registered as before.

    Its weights are copied to HEARSAY_CHECKPOINTS: clips keep them when a later Hearsay ships others.
    Raises ShippedNetworkIsUnknown and ShippedNetworkIsDamaged.
    """
    shipped = _find(name)
    sha256 = _checked_sha256(shipped)
    digest = request_digest({"kind": "shipped", "sha256": sha256})
    registered = Checkpoint.objects.filter(request_digest=digest).first()
    if registered is not None and registered.path.is_file():
        return registered
    slug = f"{name}-{sha256[:8]}"
    checkpoint, _ = register_checkpoint(
        corpus=Corpus.objects.filter(digest=shipped.card["corpus"].get("digest", "")).first(),
        network=shipped.card["network"],
        features=shipped.card["feature_definition"],
        digest=digest,
        file=_copy(shipped, slug),
        sha256=sha256,
        card=shipped.card,
        slug=slug,
    )
    return checkpoint


def ship(*, checkpoint: Checkpoint, name: str) -> ShippedNetwork:
    """Lay a trained network with its card into settings.SHIPPED_DIR, to be shipped with the code.

    Raises NetworkCannotBeShipped if the name is taken, and ShippedNetworkIsDamaged if the card says too little.
    """
    path = Path(settings.SHIPPED_DIR, f"{name}.safetensors")
    if path.exists():
        raise NetworkCannotBeShipped(f"{path} is there already: choose another name, or remove it first.")
    card = {**checkpoint.card, "feature_definition": checkpoint.features, "sha256": checkpoint.sha256}
    _check_card(card, path.with_suffix(".json"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".json").write_text(json.dumps(card, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    shutil.copyfile(checkpoint.path, path)
    return ShippedNetwork(name, path, card)


def _find(name: str) -> ShippedNetwork:
    path = Path(settings.SHIPPED_DIR, f"{name}.safetensors")
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in settings.SHIPPED_DIR.glob("*.safetensors"))) or "none"
        raise ShippedNetworkIsUnknown(f"No network {name!r} is shipped; there are: {known}.")
    return _read(path)


def _read(path: Path) -> ShippedNetwork:
    card_path = path.with_suffix(".json")
    try:
        card = json.loads(card_path.read_bytes())
    except (OSError, ValueError) as error:
        raise ShippedNetworkIsDamaged(f"{card_path} is no card: {error}. Restore it from Hearsay's sources.") from error
    _check_card(card, card_path)
    return ShippedNetwork(path.stem, path, card)


def _check_card(card: Any, path: Path) -> None:
    """Raise ShippedNetworkIsDamaged unless a card says what is needed of a network that the catalogue knows."""
    missing = [name for name in CARD_FIELDS if not isinstance(card, dict) or name not in card]
    missing += [f"corpus.{name}" for name in CORPUS_FIELDS if not missing and name not in card["corpus"]]
    if missing:
        raise ShippedNetworkIsDamaged(
            f"The card {path} lacks {', '.join(missing)}: ship the network again, with `manage.py shipped add`."
        )
    for what, name, table in (("network", "network", NETWORKS), ("features", "feature_definition", FEATURES)):
        if card[name] not in table:
            raise ShippedNetworkIsDamaged(
                f"The card {path} names the {what} {card[name]!r}, which the catalogue does not know: choose another "
                "network."
            )


def _checked_sha256(shipped: ShippedNetwork) -> str:
    found = hashlib.sha256(shipped.path.read_bytes()).hexdigest()
    if found != shipped.card["sha256"]:
        raise ShippedNetworkIsDamaged(
            f"{shipped.path} has the SHA-256 {found}, its card says {shipped.card['sha256']}: the file is not the one "
            "that was shipped. Restore it from Hearsay's sources."
        )
    return found


def _copy(shipped: ShippedNetwork, slug: str) -> str:
    """Copy weights and card to HEARSAY_CHECKPOINTS, each whole or not at all; return the weights' file name."""
    folder = Path(settings.CHECKPOINTS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    for path in (shipped.path.with_suffix(".json"), shipped.path):
        aside = folder / f".{slug}.{uuid.uuid4().hex}.tmp"
        shutil.copyfile(path, aside)
        aside.replace(folder / f"{slug}{path.suffix}")
    return f"{slug}{shipped.path.suffix}"
