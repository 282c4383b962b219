"""How features are disturbed before the classifiers hear them, so that only what survives it is climbed."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pkgutil import resolve_name
from typing import Any

import torch
from torch import Tensor

from generation.catalogue import TRANSFORMS
from generation.engine.maximisation.objective import settings_of

NAMES = {entry.implementation: entry.slug for entry in TRANSFORMS.values()}


class TransformIsUnknown(ValueError):
    """The catalogue has no transform of this name, or not with these settings."""


class Transform(ABC):
    """One way of disturbing features. A subclass is a frozen dataclass of its settings."""

    @property
    @abstractmethod
    def n_numbers(self) -> int:
        """Tell how many random numbers a sample needs in a step."""

    @abstractmethod
    def disturb(self, features: Tensor, numbers: Tensor) -> Tensor:
        """Give features [B, M, T] disturbed; numbers [B, n_numbers], even in [0, 1), decide how.

        Sample b is decided by its own numbers, whatever its batch.
        """


def draw_numbers(
    transforms: Sequence[Transform], steps: int, generators: Sequence[torch.Generator], device: torch.device
) -> Tensor:
    """Draw all random numbers of a search [steps, B, N] at once, each sample's from its own generator.

    Drawing them step by step took a twentieth of the search on a processor, and would take nearly all on a GPU.
    """
    count = sum(each.n_numbers for each in transforms)
    if not count:
        return torch.empty(steps, len(generators), 0, device=device)
    drawn = [torch.rand(steps, count, generator=generator) for generator in generators]
    return torch.stack(drawn, dim=1).to(device)


def disturb(features: Tensor, transforms: Sequence[Transform], numbers: Tensor) -> Tensor:
    """Apply the transforms one after another to features [B, M, T]; numbers [B, N] are those of one step."""
    shares = torch.split(numbers, [each.n_numbers for each in transforms], dim=1) if transforms else ()
    for transform, own in zip(transforms, shares, strict=True):
        features = transform.disturb(features, own)
    return features


def transform_as_data(transform: Transform) -> dict[str, Any]:
    """Write a transform down as plain data: its name in the catalogue and its settings."""
    implementation = f"{type(transform).__module__}:{type(transform).__qualname__}"
    if implementation not in NAMES:
        raise TransformIsUnknown(f"{implementation} does not stand in TRANSFORMS of the catalogue: add it.")
    return {"name": NAMES[implementation], **settings_of(transform)}


def transform_from_data(stated: Mapping[str, Any]) -> Transform:
    """Make a transform of what `transform_as_data` gave. Raises TransformIsUnknown."""
    name = stated["name"]
    if name not in TRANSFORMS:
        raise TransformIsUnknown(f"There is no transform {name!r}: choose one of {', '.join(TRANSFORMS)}.")
    settings = {field: value for field, value in stated.items() if field != "name"}
    try:
        made: Transform = resolve_name(TRANSFORMS[name].implementation)(**settings)
    except TypeError as error:
        raise TransformIsUnknown(f"The transform {name!r} cannot be made of {settings}: {error}.") from error
    return made
