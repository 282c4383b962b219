"""Anybody with the link may take part; nobody's id is known."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from listening_tests.recruiter import Arrival, Recruiter


class OpenLink(Recruiter):
    """A link that is sent around: whoever opens it may take part."""

    title: ClassVar = "Open link"
    knows_people: ClassVar = False

    service: Literal["open_link"] = "open_link"
    allow_repeat: bool = Field(
        True, description="Always so with an open link: a browser is recognised, a person is not."
    )

    def arrival(self, parameters: Mapping[str, str]) -> Arrival | None:
        """Return None: an open link tells nobody's id."""
        return None

    def way_back(self, *, code: str, person: str) -> str:
        """Return "": listeners hand in their codes themselves."""
        return ""
