"""What a search climbs: values that can be added, subtracted and scaled, as `Margin() - 0.1 * Smoothness()`.

The siblings in `objectives/` look at what the classifiers respond, those in `penalties/` at what the search has found;
to the search both are the same, and their weights' signs tell what is sought and what is avoided.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from pkgutil import resolve_name
from typing import Any

import torch
from torch import Tensor

from generation.catalogue import OBJECTIVES, PENALTIES
from generation.engine.maximisation.responses import Response

NAMES = {entry.implementation: entry.slug for entry in (*OBJECTIVES.values(), *PENALTIES.values())}


class ObjectiveIsUnknown(ValueError):
    """The catalogue has no objective or penalty of this name, or not with these settings."""


@dataclass(frozen=True)
class Moment:
    """What an objective may look at in one step.

    targets: the words [B] sought. responses: what each climbed classifier makes of the disturbed features.
    features: [B, M, T] as the search has them, undisturbed. whitened: the whitened code [B, D], if one is searched.
    groups: [B], which samples are searched as a group; others must have no influence on one another.
    """

    targets: Tensor
    responses: Sequence[Response]
    features: Tensor
    whitened: Tensor | None
    groups: Tensor


class Objective(ABC):
    """Something to climb: one number for each sample of a batch. A subclass is a frozen dataclass of its settings."""

    @property
    def layers(self) -> tuple[str, ...]:
        """Name the classifiers' layers, beside the logits, whose outputs are looked at."""
        return ()

    @property
    def group_size(self) -> int:
        """Tell how many samples are searched as a group, each with an eye to the others: 1 if each is by itself."""
        return 1

    @abstractmethod
    def value(self, moment: Moment) -> Tensor:
        """Give each sample's number [B]."""

    def __add__(self, other: "Objective") -> "Sum":
        return Sum(_terms(self) + _terms(other))

    def __mul__(self, weight: float) -> "Sum":
        return Sum(tuple((weight * own, term) for own, term in _terms(self)))

    def __rmul__(self, weight: float) -> "Sum":
        return self * weight

    def __neg__(self) -> "Sum":
        return self * -1.0

    def __sub__(self, other: "Objective") -> "Sum":
        return self + -other


class ResponseObjective(Objective):
    """An objective that looks at one classifier's response; with several classifiers it is their mean."""

    @abstractmethod
    def of_response(self, response: Response, targets: Tensor) -> Tensor:
        """Give each sample's number [B] for one classifier's response."""

    def value(self, moment: Moment) -> Tensor:
        """Give the mean over the classifiers [B]."""
        return torch.stack([self.of_response(each, moment.targets) for each in moment.responses]).mean(dim=0)


@dataclass(frozen=True)
class Sum(Objective):
    """A weighted sum of objectives."""

    terms: tuple[tuple[float, Objective], ...]

    @property
    def layers(self) -> tuple[str, ...]:
        """Name the layers that any term looks at, each once."""
        return tuple(dict.fromkeys(layer for _, term in self.terms for layer in term.layers))

    @property
    def group_size(self) -> int:
        """Give the largest group that any term looks at."""
        return max(term.group_size for _, term in self.terms)

    def value(self, moment: Moment) -> Tensor:
        """Give the weighted sum [B]."""
        return torch.stack([weight * term.value(moment) for weight, term in self.terms]).sum(dim=0)


def objective_as_data(objective: Objective) -> list[dict[str, Any]]:
    """Write an objective down as plain data: one dict a term, with its name in the catalogue, weight and settings."""
    return [{"name": _name(term), "weight": weight, **settings_of(term)} for weight, term in _terms(objective)]


def objective_from_data(terms: Sequence[Mapping[str, Any]]) -> Objective:
    """Make an objective of what `objective_as_data` gave. Raises ObjectiveIsUnknown."""
    made = [(float(each["weight"]), _term(each)) for each in terms]
    return made[0][1] if len(made) == 1 and made[0][0] == 1.0 else Sum(tuple(made))


def settings_of(value: object) -> dict[str, Any]:
    """Give the fields of a frozen dataclass as plain data."""
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else {}


def _terms(objective: Objective) -> tuple[tuple[float, Objective], ...]:
    return objective.terms if isinstance(objective, Sum) else ((1.0, objective),)


def _name(term: Objective) -> str:
    implementation = f"{type(term).__module__}:{type(term).__qualname__}"
    if implementation not in NAMES:
        raise ObjectiveIsUnknown(
            f"{implementation} stands in neither OBJECTIVES nor PENALTIES of the catalogue: add it."
        )
    return NAMES[implementation]


def _term(stated: Mapping[str, Any]) -> Objective:
    entries = {**OBJECTIVES, **PENALTIES}
    name = stated["name"]
    if name not in entries:
        raise ObjectiveIsUnknown(f"There is no objective or penalty {name!r}: choose one of {', '.join(entries)}.")
    settings = {field: value for field, value in stated.items() if field not in {"name", "weight"}}
    try:
        made: Objective = resolve_name(entries[name].implementation)(**settings)
    except TypeError as error:
        raise ObjectiveIsUnknown(f"The objective {name!r} cannot be made of {settings}: {error}.") from error
    return made
