"""Every recruitment service is in the table, says what it is, and sends people back only where it leads somewhere."""

import importlib
import pkgutil

import pytest

from listening_tests import recruitment
from listening_tests.recruiter import Arrival, ArrivalIsIncomplete
from listening_tests.recruitment import RECRUITERS
from listening_tests.study_file.recruitment import recruiter_of

# What the siblings need that have no default for everything.
SETTINGS = {"prolific": {"reward": 150, "places": 20}}
ALL = {slug: recruiter(**SETTINGS.get(slug, {})) for slug, recruiter in RECRUITERS.items()}
every_recruiter = pytest.mark.parametrize("recruiter", ALL.values(), ids=ALL)
EVERYTHING = {"PROLIFIC_PID": "somebody", "SESSION_ID": "submission", "id": "somebody"}


def test_every_file_in_the_folder_is_in_the_table():
    files = {name for _, name, _ in pkgutil.iter_modules(recruitment.__path__)}

    assert files == set(RECRUITERS)
    for name in files:
        module = importlib.import_module(f"{recruitment.__name__}.{name}")
        assert RECRUITERS[name] in vars(module).values()


@every_recruiter
def test_a_recruiter_says_what_it_is(recruiter):
    assert recruiter.title
    assert recruiter.name
    assert recruiter.__doc__.split("\n")[0].endswith(".")


@every_recruiter
def test_a_recruiter_is_stored_as_plain_data(recruiter):
    assert recruiter_of({"recruitment": recruiter.model_dump(mode="json")}) == recruiter


@every_recruiter
def test_people_are_known_if_and_only_if_the_service_tells_their_ids(recruiter):
    arrival = recruiter.arrival(EVERYTHING)

    assert (arrival is not None) == recruiter.knows_people
    assert arrival is None or isinstance(arrival, Arrival)


@every_recruiter
def test_whoever_comes_without_an_id_is_turned_away_where_one_is_needed(recruiter):
    if recruiter.knows_people:
        with pytest.raises(ArrivalIsIncomplete):
            recruiter.arrival({})
    else:
        assert recruiter.arrival({}) is None


@every_recruiter
def test_the_way_back_is_safe_or_there_is_none(recruiter):
    way_back = recruiter.way_back(code="CODE", person="somebody")

    assert way_back == "" or way_back.startswith("https://")
