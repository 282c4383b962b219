"""Every screening is in the table, says what it is, and fits the study file."""

import importlib
import json
import pkgutil
import random

import pytest

from listening_tests import screenings
from listening_tests.checks.items import AnsweredItem
from listening_tests.checks.kinds import Kind
from listening_tests.checks.policy import allowed_consequences
from listening_tests.checks.sounds import check_sound_file
from listening_tests.checks.stimuli import BlockFacts
from listening_tests.methods import METHODS
from listening_tests.questions import Widget
from listening_tests.screening import ListeningCheck, RecordedScreening, TrialCheck
from listening_tests.screenings import SCREENINGS
from listening_tests.study_file.screenings import screenings_of

WORDS = ("left", "right")
# What the siblings need that have no default for everything.
SETTINGS = {
    "gold": {"system": "natural"},
    "comprehension": {"questions": [{"ask": "What will you do?", "choices": ["Listen", "Sing"], "right": "Listen"}]},
}
ALL = {slug: screening(**SETTINGS.get(slug, {})) for slug, screening in SCREENINGS.items()}
# Which ask everybody the same.
FIXED = {"volume", "self_report", "comprehension"}
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
    block = BlockFacts(METHODS[slug], WORDS, ("robot",), {"natural": WORDS, "robot": WORDS})

    planned = screening.stimuli(block, random.Random(1))

    assert {each.expected for each in planned} <= {choice.value for choice in block.choices}
    assert planned == screening.stimuli(block, random.Random(1))


@of_sort(ListeningCheck)
def test_an_attempt_asks_the_same_for_the_same_dice_and_varies_with_them(screening):
    attempts = [screening.items(random.Random(seed)) for seed in (1, 1, *range(2, 12))]

    assert attempts[0] == attempts[1]
    assert json.loads(json.dumps(attempts[0])) == attempts[0]
    assert screening.slug() in FIXED or any(attempt != attempts[0] for attempt in attempts)


@of_sort(ListeningCheck)
def test_right_answers_pass_and_are_on_offer(screening):
    items = screening.items(random.Random(1))

    answers = [screening.right_answer(item) for item in items]

    assert screening.evaluate(
        [AnsweredItem(item, answer, True) for item, answer in zip(items, answers, strict=True)]
    ).has_passed
    for item, answer in zip(items, answers, strict=True):
        assert screening.is_right(item, answer)
        field = screening.ask(item).field
        assert field.widget == Widget.TEXT or field.choice(answer)


@of_sort(ListeningCheck)
def test_wrong_answers_fail(screening):
    items = screening.items(random.Random(1))

    assert not screening.evaluate([AnsweredItem(item, "", False) for item in items]).has_passed
    assert not any(screening.is_right(item, "") for item in items)


@of_sort(ListeningCheck)
def test_what_a_check_asks_is_the_same_whatever_is_right(screening):
    """All that may vary between a check's items is which question of the study file is asked."""
    asked = {}
    for seed in range(20):
        for item in screening.items(random.Random(seed)):
            asked.setdefault(item.get("question"), set()).add(repr(screening.ask(item)))

    assert {len(alternatives) for alternatives in asked.values()} == {1}


@of_sort(ListeningCheck)
def test_the_files_of_a_checks_sounds_do_not_differ_in_size(screening, settings, tmp_path):
    settings.CLIPS_DIR = tmp_path
    items = [item for seed in range(3) for item in screening.items(random.Random(seed))][:8]
    same_sound = screening.slug() == "environment"

    sizes = {}
    for item in items:
        files = [check_sound_file(screening, item, number) for number in range(len(screening.ask(item).sounds))]
        # A pair is of one digit, whose length may be known: it is not what is asked.
        sizes.setdefault(item["digit"] if same_sound else None, set()).update(file.stat().st_size for file in files)

    assert all(len(of_one) <= 1 for of_one in sizes.values())
