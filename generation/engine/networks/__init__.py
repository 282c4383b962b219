"""Neural nets, one a file, named in `generation.catalogue.NETWORKS`; what they share lies one level up.

Every network is made from plain numbers, its `settings`, by its class method `from_settings`; a checkpoint's card
keeps them, so that the network can be built again before its weights are loaded.
"""

from collections.abc import Mapping
from pkgutil import resolve_name
from typing import Any

from torch import nn

from generation.catalogue import NETWORKS, Entry, NetworkRole


class NetworkIsUnknown(ValueError):
    """The catalogue has no network of this name."""


class NetworkHasAnotherRole(ValueError):
    """The network is in the catalogue, but does something else."""


class SettingsDoNotFit(ValueError):
    """A network cannot be built from these settings."""


def build(slug: str, settings: Mapping[str, Any]) -> nn.Module:
    """Make the network that the catalogue names, with untrained weights (seed PyTorch first to fix them).

    A classifier's settings are n_words, n_mels and n_frames, a prior's n_mels and n_frames. Raises NetworkIsUnknown,
    and SettingsDoNotFit if a setting is missing, unknown or impossible for this network.
    """
    entry = _entry(slug)
    try:
        network: nn.Module = resolve_name(entry.implementation).from_settings(settings)
    except (TypeError, ValueError) as error:
        raise SettingsDoNotFit(f"A {slug} cannot be built from {dict(settings)}: {error}.") from error
    return network


def check_role(slug: str, role: NetworkRole) -> None:
    """Raise NetworkHasAnotherRole unless the catalogue's network has this role, NetworkIsUnknown if it is not there."""
    if _entry(slug).role is not role:
        fitting = [entry.slug for entry in NETWORKS.values() if entry.role is role]
        raise NetworkHasAnotherRole(f"A {slug} is no {role}: choose one of {', '.join(fitting)}.")


def _entry(slug: str) -> Entry:
    if slug not in NETWORKS:
        raise NetworkIsUnknown(f"There is no network {slug!r}: choose one of {', '.join(NETWORKS)}.")
    return NETWORKS[slug]
