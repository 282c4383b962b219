"""How networks are trained unless somebody says otherwise: one table for all of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any


@dataclass(frozen=True)
class Augmentation:
    """How features are varied each time they are shown; zeros leave them as they are.

    shift_frames: most frames by which a recording is moved in time. stretch: most share by which it is made shorter or
    longer. bend: most share by which its mel bands are moved up or down, as if by a shorter or longer throat (Jaitly &
    Hinton 2013). gain_db: most decibels by which it is made louder or softer. masks: how many stripes of each kind are
    blanked (Park et al. 2019), of up to mask_bands mel bands and up to mask_frames frames.
    """

    shift_frames: int = 0
    stretch: float = 0.0
    bend: float = 0.0
    gain_db: float = 0.0
    masks: int = 0
    mask_bands: int = 0
    mask_frames: int = 0


@dataclass(frozen=True)
class Recipe:
    """How a network is trained, with AdamW (Adam where weight_decay is 0).

    one_cycle: the learning rate climbs to `rate` and falls again (Smith & Topin 2019) instead of staying there.
    keep: "last" epoch's weights, or those of the epoch "best" on the validation split, whose accuracy is then no
    independent measure.
    Two controls, which learn no words: 0 epochs leave the network as it was drawn; shuffled_labels deals the labels of
    a classifier's training recordings out at random, once.
    """

    epochs: int
    batch: int
    rate: float
    one_cycle: bool = True
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    shuffled_labels: bool = False
    keep: str = "last"
    augmentation: Augmentation = field(default_factory=Augmentation)

    def as_dict(self) -> dict[str, Any]:
        """Give all fields as plain data, for a card."""
        return asdict(self)


class RecipeIsUnknown(ValueError):
    """There is no recipe of this name for a network, or it cannot have such a field."""


_SPEECH = Augmentation(shift_frames=8, stretch=0.15, bend=0.08, gain_db=6.0, masks=1, mask_bands=10, mask_frames=12)
_GENTLE = Augmentation(shift_frames=3, gain_db=3.0)

DEFAULT = "default"
# Of every network that has none of its own below.
STANDARD = Recipe(epochs=20, batch=32, rate=4e-3, weight_decay=0.01, label_smoothing=0.05, augmentation=_SPEECH)
RECIPES: dict[str, dict[str, Recipe]] = {
    "paper_classifier": {
        DEFAULT: Recipe(epochs=30, batch=32, rate=1e-3, augmentation=_SPEECH),
        "paper": Recipe(epochs=25, batch=32, rate=1e-3, one_cycle=False, keep="best"),
    },
    "paper_autoencoder": {
        DEFAULT: Recipe(epochs=20, batch=32, rate=1e-3, augmentation=_GENTLE),
        "paper": Recipe(epochs=50, batch=32, rate=1e-3, one_cycle=False),
    },
    "half_autoencoder": {
        DEFAULT: Recipe(epochs=15, batch=32, rate=2e-3, augmentation=_GENTLE),
    },
    "variational_autoencoder": {
        DEFAULT: Recipe(epochs=30, batch=32, rate=2e-3, augmentation=_GENTLE),
    },
}
# What settings may change; the rest is decided by the recipe's name.
ADJUSTABLE = {each.name for each in fields(Recipe)} - {"augmentation", "keep", "one_cycle"}


def recipe_for(network_slug: str, settings: Mapping[str, Any] | None = None) -> Recipe:
    """Give a network's recipe: the one that settings["recipe"] names, or its default, with the other settings set.

    Raises RecipeIsUnknown.
    """
    changes = dict(settings or {})
    name = changes.pop("recipe", DEFAULT)
    known = RECIPES.get(network_slug, {DEFAULT: STANDARD})
    if name not in known:
        raise RecipeIsUnknown(f"There is no recipe {name!r} for {network_slug}: choose one of {', '.join(known)}.")
    unknown = sorted(set(changes) - ADJUSTABLE)
    if unknown:
        raise RecipeIsUnknown(
            f"A recipe has no field {', '.join(unknown)} to set: choose among recipe, {', '.join(sorted(ADJUSTABLE))}."
        )
    return _checked(replace(known[name], **changes))


def _checked(recipe: Recipe) -> Recipe:
    if recipe.epochs < 0 or recipe.batch < 1 or not recipe.rate > 0:
        raise RecipeIsUnknown(
            f"A recipe needs 0 epochs or more, batches of at least 1 and a rate above 0, not {recipe.epochs}, "
            f"{recipe.batch} and {recipe.rate}."
        )
    return recipe


def chosen_recipe(network_slug: str, recipe: Recipe | None, epochs: int | None) -> Recipe:
    """Give the recipe, or else the network's default, with `epochs` in place of its own where they are given.

    Raises RecipeIsUnknown.
    """
    changes: dict[str, Any] = {} if epochs is None else {"epochs": epochs}
    return recipe_for(network_slug, changes) if recipe is None else replace(recipe, **changes)
