"""How to search for what a classifier listens to: the settings of a search, and the presets that name good ones."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


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

    space: what is changed. objective: a slug of `generation.catalogue.OBJECTIVES`.
    rate: the optimiser's step size. steps: how many steps.
    start_deviation: the standard deviation of the noise a search from noise starts at.
    whitened: search the code in coordinates in which the training recordings' codes have mean 0 and covariance I.
    shell: after each step, draw codes longer than sqrt(dimensions), the length of a typical recording's, back to it.
    jitter_frames: at each step, shift the features by up to so many frames before they are classified.
    noise: at each step, add noise of this standard deviation to the features before they are classified.
    """

    space: Space
    objective: str
    optimiser: Optimiser
    rate: float
    steps: int
    start_deviation: float
    whitened: bool = False
    shell: bool = False
    jitter_frames: int = 0
    noise: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Give the settings as plain data, for a clip's recipe."""
        return {name: str(value) if isinstance(value, StrEnum) else value for name, value in asdict(self).items()}


def _paper(space: Space, rate: float) -> MaximisationRecipe:
    """Give the settings of Soomro et al. 2019, section 3 and its published code."""
    return MaximisationRecipe(space, "probability", Optimiser.NORMALISED_GRADIENT, rate, 20, start_deviation=0.1)


PRESETS: dict[str, dict[Space, MaximisationRecipe]] = {
    "paper": {Space.FEATURES: _paper(Space.FEATURES, 0.01), Space.DECODER: _paper(Space.DECODER, 0.1)},
    "whitened": {
        Space.DECODER: MaximisationRecipe(
            Space.DECODER, "margin", Optimiser.ADAM, 0.15, 40,
            start_deviation=1.0, whitened=True, shell=True, jitter_frames=4, noise=0.03,
        ),
    },
}  # fmt: skip


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
