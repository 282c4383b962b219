"""The part of a study file that says where listeners come from, and what they are paid."""

import operator
from collections.abc import Mapping
from functools import reduce
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, TypeAdapter, ValidationInfo

from listening_tests.checks.kinds import Consequence, Kind
from listening_tests.recruiter import Recruiter, StudyFacts
from listening_tests.recruitment import RECRUITERS
from listening_tests.recruitment.open_link import OpenLink
from listening_tests.screening import Screening

# Pydantic finds the sibling by its field `service`; to type checkers each is a Recruiter.
if TYPE_CHECKING:
    OneRecruiter = Recruiter
else:
    OneRecruiter = Annotated[reduce(operator.or_, RECRUITERS.values()), Field(discriminator="service")]


def _fits_the_study(recruiter: Recruiter, info: ValidationInfo) -> Recruiter:
    """Return the recruiter. Raises ValueError if the study could not be run with its settings."""
    # Faults of those sections are reported with them, and before them nothing can be said of this one.
    if {"listeners", "screenings"} <= set(info.data):
        may_screen_out = any(_ends_a_session(screening) for screening in info.data["screenings"])
        recruiter.check_fits(StudyFacts(info.data["listeners"].minutes, may_screen_out))
    return recruiter


def _ends_a_session(screening: Screening) -> bool:
    """Return whether failing a check ends a session with pay; who did not understand the task returns it unpaid."""
    return screening.consequence == Consequence.SCREEN_OUT and screening.kind != Kind.COMPREHENSION


StudyRecruitment = Annotated[OneRecruiter, AfterValidator(_fits_the_study)]
_STORED: TypeAdapter[Recruiter] = TypeAdapter(OneRecruiter)


def default_recruitment() -> Recruiter:
    """Return the recruiter of a study whose file names none."""
    return OpenLink()


def recruiter_of(protocol: Mapping[str, Any]) -> Recruiter:
    """Return the recruiter of a stored protocol."""
    if "recruitment" not in protocol:
        return default_recruitment()
    return _STORED.validate_python(protocol["recruitment"])
