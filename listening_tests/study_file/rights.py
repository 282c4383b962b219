"""The part of a study file that says what listeners agree to and what they may ask for."""

from typing import Literal

from pydantic import Field

from listening_tests.study_file.networks import Section


class RightsSection(Section):
    """What listeners agree to, and what becomes of what they leave."""

    consent_version: str = Field("1", min_length=1, max_length=20, description="A name for the consent's wording.")
    consent_text: str = Field(
        "", max_length=5000, description="What the consent page says beside its own words: ethics approval, risks."
    )
    withdrawal: Literal["delete", "keep_unlinked"] = Field(
        "delete",
        description="What becomes of a withdrawing listener's answers: deleted, or kept without a link to them.",
    )
    withdrawn_are_paid: bool = Field(True, description="Whoever withdraws gets a completion code all the same.")
    retention_days: int | None = Field(
        365,
        ge=1,
        le=3650,
        description="So long after a session personal links, recruiters' ids and free text are kept; then `forget` "
        "deletes them. Ratings stay, under a pseudonym that leads nowhere. null: for ever.",
    )
