"""Services that add a person's id to the study's address: SONA, CloudResearch, class lists with a link for each."""

import string
from collections.abc import Mapping
from typing import ClassVar, Literal
from urllib.parse import quote

from pydantic import Field, field_validator

from listening_tests.recruiter import Arrival, Recruiter, asked_parameter

RETURN_FIELDS = {"id", "code"}


class UrlParameters(Recruiter):
    """Whoever comes with an id in the address may take part, once."""

    title: ClassVar = "Address with an id"

    service: Literal["url_parameters"] = "url_parameters"
    called: str = Field(
        "the page you came from", min_length=1, max_length=60, description="What listeners call the service."
    )
    id_parameter: str = Field(
        "id", pattern=r"^[A-Za-z0-9_.-]{1,60}$", description="Which parameter of the address holds the person's id."
    )
    return_url: str = Field(
        "",
        max_length=500,
        description="Where listeners are sent at the end; {id} and {code} are filled in. Empty: they hand in the code.",
    )

    @property
    def name(self) -> str:
        """What listeners call the service."""
        return self.called

    @field_validator("return_url")
    @classmethod
    def _leads_somewhere(cls, template: str) -> str:
        if not template:
            return template
        if not template.startswith("https://"):
            raise ValueError("the address to return to does not begin with https://: write it out")
        unknown = {name for _text, name, _format, _conversion in string.Formatter().parse(template) if name is not None}
        if unknown - RETURN_FIELDS:
            raise ValueError(
                f"the address to return to has {{{min(unknown - RETURN_FIELDS)}}}: use {{id}} and {{code}}"
            )
        return template

    def arrival(self, parameters: Mapping[str, str]) -> Arrival | None:
        """Return the person whose id stands in the address. Raises ArrivalIsIncomplete."""
        return Arrival(asked_parameter(parameters, self.id_parameter, service=self.called))

    def way_back(self, *, code: str, person: str) -> str:
        """Return the address with id and code filled in; "" if it needs an id that is not kept any more."""
        if "{id}" in self.return_url and not person:
            return ""
        return self.return_url.format(id=quote(person, safe=""), code=quote(code, safe=""))
