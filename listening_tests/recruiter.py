"""What a recruitment service is: how its people arrive, and how they are sent back.

A sibling in `recruitment/` is one class of this kind. Its fields are what a study file may say of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.db.models import TextChoices
from pydantic import Field

from listening_tests.study_file.networks import Section

# Services' ids are much shorter; what is longer was made up.
LONGEST_ID = 200


class Outcome(TextChoices):
    """How somebody's taking part came out, as far as a recruitment service is concerned."""

    COMPLETED = "completed", "completed"
    SCREENED_OUT = "screened_out", "screened out"
    NO_PLACE = "no_place", "came when no place was left"
    NO_CONSENT = "no_consent", "did not agree"
    FAILED_ATTENTION = "failed_attention", "failed attention checks"
    INCOMPATIBLE_DEVICE = "incompatible_device", "device unfit"
    WITHDRAWN = "withdrawn", "withdrawn"


class ArrivalIsIncomplete(Exception):
    """Somebody came without what the service adds to the study's address, so nobody could be paid."""


@dataclass(frozen=True)
class Arrival:
    """Whom a service says that it has sent; `submission` is its name for this one taking part, if it has one."""

    person: str
    submission: str = ""


@dataclass(frozen=True)
class StudyFacts:
    """What a recruiter's settings have to fit: how long the study takes, and whether its checks end it early."""

    minutes: int
    may_screen_out: bool


class Recruiter(Section):
    """What all services share. Every sibling adds the field `service`, whose one value is its slug."""

    title: ClassVar[str]
    # People come with an id, so that each can be paid and nobody takes part twice.
    knows_people: ClassVar[bool] = True
    # One code for each outcome of the study, known to the service; otherwise each session has a code of its own.
    has_outcome_codes: ClassVar[bool] = False
    # Hearsay speaks with the service: it creates the study there and learns what became of its submissions.
    has_connection: ClassVar[bool] = False

    allow_repeat: bool = Field(False, description="Whether the same person may take part again.")

    @classmethod
    def slug(cls) -> str:
        """Return the name that study files and tables know it by."""
        return str(cls.model_fields["service"].default)

    @property
    def name(self) -> str:
        """What listeners call the service."""
        return self.title

    def arrival(self, parameters: Mapping[str, str]) -> Arrival | None:
        """Return who came, from the parameters of the address; None where the service tells nobody's id.

        Raises ArrivalIsIncomplete if an id belongs there and is missing.
        """
        raise NotImplementedError

    def way_back(self, *, code: str, person: str) -> str:
        """Return the address that a person is sent back to with a code, or "" where there is none."""
        raise NotImplementedError

    def check_fits(self, study: StudyFacts) -> None:
        """Raise ValueError, with the reason, if the study could not be run with these settings."""


def asked_parameter(parameters: Mapping[str, str], name: str, *, service: str) -> str:
    """Return a parameter of the address. Raises ArrivalIsIncomplete if it is missing or cannot be an id."""
    value = parameters.get(name, "").strip()
    # A service that was not told to fill in its placeholder sends the placeholder itself.
    if not value or len(value) > LONGEST_ID or "{" in value:
        raise ArrivalIsIncomplete(
            f"The address lacks {name}, which {service} adds to it: open the study from its page at {service}."
        )
    return value
