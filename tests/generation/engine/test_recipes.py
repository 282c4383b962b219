"""The settings of a search, and the presets."""

import json

import pytest

from generation.engine.maximisation.objectives.probability import Probability
from generation.engine.maximisation.recipes import PRESETS, MaximisationRecipe, PresetIsUnknown, preset

EVERY = [(name, space) for name, spaces in PRESETS.items() for space in spaces]


@pytest.mark.parametrize(("name", "space"), EVERY)
def test_every_preset_survives_being_written_down(name, space):
    recipe = preset(name, space)

    stated = json.loads(json.dumps(recipe.as_dict(), allow_nan=False))

    assert MaximisationRecipe.from_dict(stated) == recipe


@pytest.mark.parametrize(("space", "rate"), [("features", 0.01), ("decoder", 0.1)])
def test_the_papers_preset_is_what_the_paper_says(space, rate):
    recipe = preset("paper", space)

    assert recipe.objective == Probability()
    assert (recipe.optimiser, recipe.rate, recipe.steps) == ("normalised_gradient", rate, 20)
    assert recipe.transforms == ()
    assert not recipe.whitened | recipe.shell | recipe.within_range


def test_an_unknown_preset_names_those_there_are():
    with pytest.raises(
        PresetIsUnknown, match="choose one of paper, quick, random_direction, recommended, robust, whitened"
    ):
        preset("deep", "features")
    with pytest.raises(PresetIsUnknown, match="does not search the space 'features': choose one of decoder"):
        preset("whitened", "features")
