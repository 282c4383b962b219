"""The part of a study file that says which checks listeners pass."""

import operator
from collections.abc import Mapping
from functools import reduce
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, TypeAdapter, ValidationInfo

from listening_tests.checks.policy import check_policy
from listening_tests.checks.stimuli import asks_one_thing
from listening_tests.methods import METHODS
from listening_tests.screening import Screening, TrialCheck
from listening_tests.screenings import BY_DEFAULT, SCREENINGS

# Pydantic finds the sibling by its field `check`; to type checkers each is a Screening.
if TYPE_CHECKING:
    OneScreening = Screening
else:
    OneScreening = Annotated[reduce(operator.or_, SCREENINGS.values()), Field(discriminator="check")]


def _fits_the_study(screening: Screening, info: ValidationInfo) -> Screening:
    """Return the screening. Raises PolicyForbids, or ValueError if it names what the study does not have."""
    # Faults of those sections are reported with them, and before them nothing can be said of this one.
    if not {"systems", "blocks", "listeners"} <= set(info.data):
        return screening
    numbers: list[int] = []
    if isinstance(screening, TrialCheck):
        methods = [block.method for block in info.data["blocks"]]
        numbers = block_numbers(screening, methods)
        _check_blocks(screening, methods, numbers)
        _check_system(screening, [system.slug for system in info.data["systems"]])
    check_policy(screening, minutes=info.data["listeners"].minutes, n_blocks=len(numbers))
    return screening


def _nothing_twice(screenings: list[Screening]) -> list[Screening]:
    slugs = [screening.slug() for screening in screenings]
    twice = sorted({slug for slug in slugs if slugs.count(slug) > 1})
    if twice:
        raise ValueError(f"the check {twice[0]!r} is listed twice: a session has one verdict of each")
    return screenings


StudyScreenings = Annotated[
    list[Annotated[OneScreening, AfterValidator(_fits_the_study)]], Field(max_length=30), AfterValidator(_nothing_twice)
]
_STORED: TypeAdapter[list[Screening]] = TypeAdapter(list[OneScreening])


def default_screenings() -> list[Screening]:
    """Return the checks of a study whose file names none."""
    return [screening() for screening in BY_DEFAULT]


def screenings_of(protocol: Mapping[str, Any]) -> list[Screening]:
    """Return the checks of a stored protocol, in the order in which they come."""
    if "screenings" not in protocol:
        return default_screenings()
    return _STORED.validate_python(protocol["screenings"])


def block_numbers(screening: TrialCheck, methods: list[str]) -> list[int]:
    """Return the numbers, from 1, of the blocks that a check puts its trials into; `methods` are the blocks'."""
    if screening.blocks is not None:
        return screening.blocks
    return [number for number, slug in enumerate(methods, start=1) if asks_one_thing(METHODS[slug])]


def _check_blocks(screening: TrialCheck, methods: list[str], numbers: list[int]) -> None:
    for number in numbers:
        if not 1 <= number <= len(methods):
            raise ValueError(f"{screening.slug()} names block {number}, but the study has {len(methods)} blocks")
        if not asks_one_thing(METHODS[methods[number - 1]]):
            raise ValueError(
                f"{screening.slug()} names block {number}, but a check fits only where one thing is asked of one "
                f"sound, with answers to choose from, which {methods[number - 1]!r} does not: name another block"
            )
    if not numbers:
        raise ValueError(f"{screening.slug()} fits none of the blocks: it needs one that asks one thing of one sound")


def _check_system(screening: TrialCheck, systems: list[str]) -> None:
    system = getattr(screening, "system", None)
    if system is not None and system not in systems:
        raise ValueError(f"{screening.slug()} names the system {system!r}, which is not among {', '.join(systems)}")
