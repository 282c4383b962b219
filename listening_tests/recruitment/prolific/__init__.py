"""Prolific: people are paid, so the study file says how much, how many and for how long."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from listening_tests.recruiter import Arrival, Recruiter, StudyFacts, asked_parameter
from listening_tests.recruitment.prolific.costs import check_pay, check_screen_out_pay

RETURN_URL = "https://app.prolific.com/submissions/complete"


class Prolific(Recruiter):
    """A panel of paid listeners, with one completion code for each outcome. Amounts are in pence or cents."""

    title: ClassVar = "Prolific"
    has_outcome_codes: ClassVar = True
    has_connection: ClassVar = True

    service: Literal["prolific"] = "prolific"
    reward: int = Field(ge=1, le=100_000, description="What each listener gets, in pence or cents.")
    currency: Literal["GBP", "USD"] = Field("GBP", description="The currency of the account.")
    places: int = Field(ge=1, le=10_000, description="How many listeners are asked for.")
    extra_places: int = Field(
        0, ge=0, le=10_000, description="How many places may be added while ratings are still missing."
    )
    screen_out_reward: int = Field(
        0, ge=0, le=100_000, description="What a listener gets who is screened out, in pence or cents."
    )
    screen_outs: int = Field(
        0, ge=0, le=10_000, description="How many listeners may be screened out with pay before Prolific pauses."
    )
    bonus_budget: int = Field(0, ge=0, le=10_000_000, description="What is set aside for bonuses, in pence or cents.")
    fee_percent: float = Field(
        33.3, ge=0, le=100, description="What Prolific charges on top of all it pays out: see your account."
    )
    description: str = Field(
        "Listen to short sounds with headphones in a quiet place, and answer a question about each.",
        min_length=10,
        max_length=3000,
        description="What people read on Prolific before they come.",
    )
    devices: list[Literal["desktop", "tablet", "mobile"]] = Field(
        ["desktop"], min_length=1, description="What the study may be taken on."
    )
    maximum_minutes: int | None = Field(
        None, ge=2, le=1440, description="When a submission times out; three times the minutes, if left out."
    )

    def arrival(self, parameters: Mapping[str, str]) -> Arrival | None:
        """Return the person and the submission that stand in the address. Raises ArrivalIsIncomplete."""
        return Arrival(
            person=asked_parameter(parameters, "PROLIFIC_PID", service=self.title),
            submission=asked_parameter(parameters, "SESSION_ID", service=self.title),
        )

    def way_back(self, *, code: str, person: str) -> str:
        """Return the address that tells Prolific the outcome."""
        return f"{RETURN_URL}?cc={code}"

    def check_fits(self, study: StudyFacts) -> None:
        """Raise PayIsTooLow under Prolific's minimum, ValueError if screening out is possible but not provided for."""
        check_pay(reward=self.reward, minutes=study.minutes, currency=self.currency)
        if not study.may_screen_out:
            return
        if not self.screen_outs:
            raise ValueError(
                "checks of this study screen listeners out, and Prolific wants them paid: give screen_outs and "
                "screen_out_reward, or let the checks exclude instead"
            )
        check_screen_out_pay(reward=self.reward, screen_out_reward=self.screen_out_reward, currency=self.currency)
