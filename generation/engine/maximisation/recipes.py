"""How to search for what a classifier listens to: the settings of a search, and the presets that name good ones."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from generation.engine.maximisation.objective import Objective, objective_as_data, objective_from_data
from generation.engine.maximisation.objectives.log_probability import LogProbability
from generation.engine.maximisation.objectives.margin import Margin
from generation.engine.maximisation.objectives.probability import Probability
from generation.engine.maximisation.objectives.random_direction import RandomDirection
from generation.engine.maximisation.penalties.likeness import Likeness
from generation.engine.maximisation.penalties.roughness import Roughness
from generation.engine.maximisation.transform import Transform, transform_as_data, transform_from_data
from generation.engine.maximisation.transforms.gain import Gain
from generation.engine.maximisation.transforms.jitter import Jitter
from generation.engine.maximisation.transforms.lift import Lift
from generation.engine.maximisation.transforms.masking import Masking
from generation.engine.maximisation.transforms.noise import Noise


class Space(StrEnum):
    """What the search changes: the features themselves, or the code that a decoder turns into features."""

    FEATURES = "features"
    DECODER = "decoder"


class Optimiser(StrEnum):
    """How a gradient becomes a step."""

    NORMALISED_GRADIENT = "normalised_gradient"
    ADAM = "adam"


@dataclass(frozen=True)
class MaximisationRecipe:
    """The settings of one search.

    space: what is changed. objective: what is climbed, penalties subtracted.
    optimiser: how the objective's gradient becomes a step. rate: its step size. steps: how many steps.
    start_deviation: the standard deviation of the noise a search from noise starts at.
    whitened: search the code in coordinates in which the training recordings' codes have mean 0 and covariance I.
    shell: after each step, draw codes longer than sqrt(dimensions), the length of a typical recording's, back to it.
    within_range: after each step, clip features that are searched directly to [0, 1], as recordings' are.
    transforms: how the features are disturbed, one after another, in each step before they are classified.
    patience: let a sample leave when whoever was heard has taken its disturbed features for the word, as surely as
    `assurance` says, in so many steps one after another, and every classifier in one at least; None: every sample
    takes all steps.
    assurance: the least log-odds of the word, in nats, that count as taking features for it in the first step; what is
    asked for falls from step to step, to nothing after the last.
    decay: what a step's size is multiplied by for the next one.
    renewal: after so many steps, and again after so many, a search from noise begins anew at other noise where no
    classifier takes its disturbed features for the word; it needs patience. None: it goes on.
    in_turn: in so many steps at first, only one of the classifiers is heard, each in its turn; then all.
    """

    space: Space
    objective: Objective
    optimiser: Optimiser
    rate: float
    steps: int
    start_deviation: float
    whitened: bool = False
    shell: bool = False
    within_range: bool = False
    transforms: tuple[Transform, ...] = ()
    patience: int | None = None
    assurance: float = 0.0
    decay: float = 1.0
    renewal: int | None = None
    in_turn: int = 0

    def __post_init__(self) -> None:
        """Refuse settings that would be without effect."""
        if self.renewal is not None and self.patience is None:
            raise ValueError("A search that may begin again (renewal) must know when it is done: set patience.")

    def as_dict(self) -> dict[str, Any]:
        """Give the settings as plain data, for a clip's recipe."""
        plain = {name: value for name, value in vars(self).items() if name not in {"objective", "transforms"}}
        return {
            **{name: str(value) if isinstance(value, StrEnum) else value for name, value in plain.items()},
            "objective": objective_as_data(self.objective),
            "transforms": [transform_as_data(each) for each in self.transforms],
        }

    @classmethod
    def from_dict(cls, stated: Mapping[str, Any]) -> Self:
        """Make settings of what `as_dict` gave. Raises ObjectiveIsUnknown and TransformIsUnknown."""
        made = {
            "space": Space(stated["space"]),
            "optimiser": Optimiser(stated["optimiser"]),
            "objective": objective_from_data(stated["objective"]),
            "transforms": tuple(transform_from_data(each) for each in stated["transforms"]),
        }
        return cls(**{**stated, **made})


def _paper(space: Space, rate: float) -> MaximisationRecipe:
    """Give the settings of Soomro et al. 2019, section 3 and its published code."""
    return MaximisationRecipe(space, Probability(), Optimiser.NORMALISED_GRADIENT, rate, 20, start_deviation=0.1)


_WHITENED = MaximisationRecipe(
    Space.DECODER, Margin(), Optimiser.ADAM, 0.15, 40,
    start_deviation=1.0, whitened=True, shell=True, transforms=(Jitter(frames=4), Noise(0.03)),
)  # fmt: skip

# Chosen by what all of six networks take of digits, ten words and espeak's voices, climbing three of them and a twin of
# the weakest, by how far apart its clips are and by what each costs: docs/decisions, 18 to 20.
_RECOMMENDED = replace(
    _WHITENED, objective=LogProbability() + 0.3 * Margin() - 5 * Likeness(group=8, reach=0.05),
    optimiser=Optimiser.NORMALISED_GRADIENT, rate=0.2, decay=0.92, steps=36, transforms=(Lift(0.1),),
    patience=4, assurance=2.0, renewal=14, in_turn=16,
)  # fmt: skip

# Chosen for the seconds that each clip which all judges accept costs (`benchmarks.maximisation_speed`).
_QUICK = replace(_WHITENED, rate=0.7, steps=8, start_deviation=0.7, transforms=())

_ROBUST = MaximisationRecipe(
    Space.FEATURES, Margin() - 20 * Roughness(), Optimiser.ADAM, 0.02, 60, start_deviation=0.1, within_range=True,
    transforms=(Jitter(frames=8, bands=2), Masking(frames=12, bands=12), Gain(0.1), Noise(0.05)),
)  # fmt: skip

PRESETS: dict[str, dict[Space, MaximisationRecipe]] = {
    "paper": {Space.FEATURES: _paper(Space.FEATURES, 0.01), Space.DECODER: _paper(Space.DECODER, 0.1)},
    "whitened": {Space.DECODER: _WHITENED},
    "recommended": {Space.DECODER: _RECOMMENDED},
    "quick": {Space.DECODER: _QUICK},
    "robust": {Space.FEATURES: _ROBUST},
    "random_direction": {
        Space.FEATURES: replace(_ROBUST, objective=RandomDirection() - 20 * Roughness()),
        Space.DECODER: replace(_RECOMMENDED, objective=RandomDirection(), patience=None, renewal=None, in_turn=0),
    },
}


class PresetIsUnknown(ValueError):
    """No preset has this name, or the preset does not search this space."""


def preset(name: str, space: str) -> MaximisationRecipe:
    """Give the preset's settings for a space. Raises PresetIsUnknown, naming what there is."""
    if name not in PRESETS:
        raise PresetIsUnknown(f"There is no preset {name!r}: choose one of {', '.join(sorted(PRESETS))}.")
    if space not in PRESETS[name]:
        known = ", ".join(sorted(PRESETS[name]))
        raise PresetIsUnknown(f"The preset {name!r} does not search the space {space!r}: choose one of {known}.")
    return PRESETS[name][Space(space)]
