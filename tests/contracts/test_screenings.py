"""Every screening is in the table, says what it is, and fits the study file."""

import importlib
import pkgutil
import random

import pytest

from listening_tests import screenings
from listening_tests.check_stimuli import BlockFacts
from listening_tests.methods import METHODS
from listening_tests.screening import RecordedScreening, TrialCheck
from listening_tests.screening_kinds import Kind
from listening_tests.screening_policy import allowed_consequences
from listening_tests.screenings import SCREENINGS
from listening_tests.study_screenings import screenings_of

# What the siblings need that have no default for everything.
SETTINGS = {
    "gold": {"system": "natural"},
    "comprehension": {"questions": [{"ask": "What will you do?", "choices": ["Listen", "Sing"], "right": "Listen"}]},
}
ALL = {slug: screening(**SETTINGS.get(slug, {})) for slug, screening in SCREENINGS.items()}
every_screening = pytest.mark.parametrize("screening", ALL.values(), ids=ALL)


def of_sort(sort):
    found = {slug: screening for slug, screening in ALL.items() if isinstance(screening, sort)}
    return pytest.mark.parametrize("screening", found.values(), ids=found)


def test_every_file_in_the_folder_is_in_the_table():
    files = {name for _, name, _ in pkgutil.iter_modules(screenings.__path__)}

    assert files == set(SCREENINGS)
    for name in files:
        module = importlib.import_module(f"{screenings.__name__}.{name}")
        assert SCREENINGS[name] in vars(module).values()


@every_screening
def test_a_screening_says_what_it_is(screening):
    assert screening.title
    assert screening.citation
    assert screening.kind in Kind
    assert screening.__doc__.split("\n")[0].endswith(".")


@every_screening
def test_what_follows_by_default_is_allowed(screening):
    assert screening.consequence in allowed_consequences(screening.kind, screening.moment)


@every_screening
def test_a_screening_is_stored_as_plain_data(screening):
    assert screenings_of({"screenings": [screening.model_dump(mode="json")]}) == [screening]


@of_sort(RecordedScreening)
def test_a_session_without_trials_fails_nothing(screening):
    assert screening.evaluate([]).has_passed


@of_sort(TrialCheck)
@pytest.mark.parametrize("slug", ["acr", "acr_clarity", "class_identification"])
def test_the_right_answers_of_a_blocks_checks_are_on_offer(screening, slug):
    block = BlockFacts(METHODS[slug], ("left", "right"), ("natural", "robot"), ("left", "right"))

    planned = screening.stimuli(block, random.Random(1))

    assert {each.expected for each in planned} <= {choice.value for choice in block.choices}
    assert planned == screening.stimuli(block, random.Random(1))
