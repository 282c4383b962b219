"""The test method that docs/adding.md shows works as it stands there, from the study file to the ratings."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from analysis.engine.ratings import check_ratings
from listening_tests.actions.simulation import Crowd, simulate_listeners
from listening_tests.methods import METHODS
from listening_tests.ratings_frame import ratings_frame
from listening_tests.simulation.taste import Taste
from listening_tests.study_file.reading import read_study_file
from tests import factories

PAGE = Path(__file__).parents[2] / "docs" / "adding.md"
STUDY = Path(__file__).parent / "study.yaml"


@pytest.fixture
def method(monkeypatch):
    """Add the method that the page shows to the table, as its reader would."""
    found = re.search(r"```python method\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    module = ModuleType("listening_tests.methods.listening_effort")
    exec(found.group(1), module.__dict__)
    monkeypatch.setitem(METHODS, "listening_effort", module.LISTENING_EFFORT)
    return module.LISTENING_EFFORT


def test_a_study_file_can_name_it(method, tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(STUDY.read_text(encoding="utf-8").replace("method: acr", f"method: {method.slug}"))

    assert read_study_file(path).blocks[1].method == "listening_effort"


@pytest.mark.django_db
def test_listeners_are_asked_and_answer(method):
    study = factories.make_open_study(methods=[method.slug])
    taste = Taste({"natural": 5.0, "robot": 1.0}, listener_bias_sd=0.0, residual_sd=0.0, stimulus_sd=0.0, lapse_rate=0)

    simulate_listeners(study=study, crowd=Crowd(2), taste=taste)

    frame = check_ratings(ratings_frame(study))
    assert frame.groupby("system")["score"].mean().to_dict() == {"natural": 5.0, "robot": 1.0}
    assert (frame["scale_max"] == 5).all()
