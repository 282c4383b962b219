"""Checkpoints: a network's weights (safetensors, never a pickle) beside their card (JSON)."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import nn
from torch.nn.utils import convert_conv2d_weight_memory_format

from generation.engine.exported_network import SUFFIX, load_exported
from generation.engine.networks import build
from generation.engine.whole_files import written_whole

CARD_FIELDS = ("network", "settings", "features")


class CheckpointIsMissing(FileNotFoundError):
    """There is no checkpoint, or no card, at this path."""


class CheckpointIsDamaged(ValueError):
    """A checkpoint's file is not what was saved."""


@dataclass(frozen=True)
class TrainedNetwork:
    """A network fresh from training, and the card that says how it came about."""

    network: nn.Module
    card: dict[str, Any]


@dataclass(frozen=True)
class SavedCheckpoint:
    """Where a checkpoint was written, and the SHA-256 of its weights' file."""

    path: Path
    sha256: str
    card: dict[str, Any]


@dataclass(frozen=True)
class LoadedNetwork:
    """A network as it was saved, ready to be used (in evaluation mode)."""

    network: nn.Module
    card: dict[str, Any]
    slug: str
    sha256: str


def save_checkpoint(trained: TrainedNetwork, folder: Path, name: str) -> SavedCheckpoint:
    """Write NAME.safetensors and NAME.json into the folder; each is there completely or not at all.

    The card must say `network` (its slug in the catalogue), `settings` and `features`. Raises CheckpointIsDamaged if
    it does not, and CannotBeWritten if the disk has no room.
    """
    _check_card(trained.card, name)
    tensors = {key: value.detach().cpu().contiguous() for key, value in trained.network.state_dict().items()}
    weights = save(tensors)
    sha256 = hashlib.sha256(weights).hexdigest()
    card = {**trained.card, "sha256": sha256}
    path = folder / f"{name}.safetensors"
    with written_whole(path) as file:
        file.write(weights)
    with written_whole(path.with_suffix(".json")) as file:
        file.write(json.dumps(card, indent=2, allow_nan=False).encode() + b"\n")
    return SavedCheckpoint(path, sha256, card)


def load_checkpoint(path: Path, *, sha256: str | None = None, device: torch.device | None = None) -> LoadedNetwork:
    """Build the network of a .safetensors file, or read that of a .pt2 export, on the device (or the processor).

    The file must have the SHA-256 that its card states, and the one given, if any. Raises CheckpointIsMissing,
    CheckpointIsDamaged, ExportIsRefused, and what `networks.build` raises of a network that the catalogue does not
    know.
    """
    card = _read_card(path.with_suffix(".json"))
    weights = _read(path)
    found = hashlib.sha256(weights).hexdigest()
    for expected in (sha256, card.get("sha256")):
        if expected is not None and expected != found:
            raise CheckpointIsDamaged(
                f"{path} has the SHA-256 {found}, expected {expected}: the file changed after training. "
                "Restore it, or train the network again."
            )
    device = device or torch.device("cpu")
    network = _exported(path, card, device) if path.suffix == SUFFIX else _built(path, card, weights, device)
    return LoadedNetwork(network, card, card["network"], found)


def _exported(path: Path, card: dict[str, Any], device: torch.device) -> nn.Module:
    features = card["features"]
    return load_exported(path, len(card["words"]), (features["n_mels"], features["n_frames"]), device)


def _built(path: Path, card: dict[str, Any], weights: bytes, device: torch.device) -> nn.Module:
    network = build(card["network"], card["settings"])
    try:
        network.load_state_dict(load(weights))
    except (SafetensorError, RuntimeError) as error:
        raise CheckpointIsDamaged(f"{path} does not hold the weights of a {card['network']}: {error}") from error
    network.requires_grad_(False).to(device).eval()
    # Channels last in memory: convolutions, above all their gradients, take half the time, on processors too.
    convert_conv2d_weight_memory_format(network, torch.channels_last)
    return network


def _read_card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(_read(path))
    except ValueError as error:
        raise CheckpointIsDamaged(f"{path} is no JSON ({error}): train the network again.") from error
    _check_card(card, str(path))
    return dict(card)


def _check_card(card: Any, where: str) -> None:
    missing = [field for field in CARD_FIELDS if not isinstance(card, dict) or field not in card]
    if missing:
        raise CheckpointIsDamaged(f"The card of {where} lacks {', '.join(missing)}: train the network again.")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CheckpointIsMissing(f"There is no file {path}: train the network, or give another checkpoint.") from error
