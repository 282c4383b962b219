"""What Prolific accepts, as its documentation says: the stand-in checks every request against these.

Written from docs.prolific.com (API reference: studies, submissions, bonuses), not from our client.
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Action(Request):
    action: Literal[
        "AUTOMATICALLY_APPROVE", "MANUALLY_REVIEW", "REQUEST_RETURN", "FIXED_SCREEN_OUT_PAYMENT",
        "ADD_TO_PARTICIPANT_GROUP", "REMOVE_FROM_PARTICIPANT_GROUP",
    ]  # fmt: skip
    return_reason: str | None = None
    fixed_screen_out_reward: int | None = None
    slots: int | None = None
    participant_group: str | None = None

    @model_validator(mode="after")
    def _has_what_it_needs(self):
        if self.action == "REQUEST_RETURN" and not self.return_reason:
            raise ValueError("return_reason is required")
        if self.action == "FIXED_SCREEN_OUT_PAYMENT" and not (self.fixed_screen_out_reward and self.slots):
            raise ValueError("fixed_screen_out_reward and slots are required")
        return self


class CompletionCode(Request):
    code: str = Field(min_length=1)
    code_type: Literal[
        "COMPLETED", "FAILED_ATTENTION_CHECK", "FOLLOW_UP_STUDY", "GIVE_BONUS", "INCOMPATIBLE_DEVICE", "NO_CONSENT",
        "OTHER", "FIXED_SCREENOUT",
    ]  # fmt: skip
    actor: Literal["participant", "researcher"]
    actions: list[Action]


class StudyRequest(Request):
    name: str = Field(min_length=1, max_length=255)
    internal_name: str
    description: str = Field(min_length=1)
    external_study_url: str = Field(pattern="^https?://")
    prolific_id_option: Literal["question", "url_parameters", "not_required"]
    completion_option: Literal["url", "code"]
    completion_codes: list[CompletionCode] = Field(min_length=1)
    filters: list[dict]
    estimated_completion_time: int = Field(ge=1)
    maximum_allowed_time: int = Field(ge=1)
    reward: int = Field(ge=1)
    total_available_places: int = Field(ge=1)
    is_custom_screening: bool
    device_compatibility: list[Literal["desktop", "tablet", "mobile"]]
    peripheral_requirements: list[Literal["audio", "camera", "download", "microphone"]]
    project: str | None = None

    @model_validator(mode="after")
    def _is_consistent(self):
        codes = [code.code for code in self.completion_codes]
        if len(set(codes)) != len(codes):
            raise ValueError("each code must be unique within a study")
        if self.maximum_allowed_time < self.estimated_completion_time:
            raise ValueError("maximum_allowed_time is less than estimated_completion_time")
        for action in [action for code in self.completion_codes for action in code.actions]:
            if action.fixed_screen_out_reward is not None and not (
                self.is_custom_screening and action.fixed_screen_out_reward < self.reward
            ):
                raise ValueError("a screen-out needs is_custom_screening and a reward below the study's")
        if self.prolific_id_option == "url_parameters" and "{{%PROLIFIC_PID%}}" not in self.external_study_url:
            raise ValueError("external_study_url lacks the parameters")
        return self


class StudyTransition(Request):
    action: Literal["PUBLISH", "PAUSE", "START", "STOP"]


class StudyChange(Request):
    total_available_places: int


class Approval(Request):
    action: Literal["APPROVE"]


class Rejection(Request):
    action: Literal["REJECT"]
    message: str = Field(min_length=100)
    rejection_category: Literal[
        "BAD_CODE", "FAILED_CHECK", "FAILED_INSTRUCTIONS", "INCOMP_LONGITUDINAL", "LOW_EFFORT", "MALINGERING",
        "NO_CODE", "NO_DATA", "OTHER", "TOO_QUICKLY", "TOO_SLOWLY", "UNSUPP_DEVICE",
    ]  # fmt: skip


class SubmissionTransition(BaseModel):
    request: Annotated[Approval | Rejection, Field(discriminator="action")]


class ScreenOut(Request):
    submission_ids: list[str] = Field(min_length=1)
    bonus_per_submission: float = Field(ge=0.1)
    increase_places: bool


class Bonuses(Request):
    study_id: str
    csv_bonuses: str

    @model_validator(mode="after")
    def _are_lines(self):
        if not all(re.fullmatch(r"[^,\n]+,\d+(\.\d{1,2})?", line) for line in self.csv_bonuses.split("\n")):
            raise ValueError("each line is PARTICIPANT,AMOUNT")
        return self


# Which states a study may be moved from, and where it comes to.
STUDY_MOVES = {
    ("UNPUBLISHED", "PUBLISH"): "ACTIVE",
    ("ACTIVE", "PAUSE"): "PAUSED",
    ("PAUSED", "START"): "ACTIVE",
    ("ACTIVE", "STOP"): "AWAITING REVIEW",
    ("PAUSED", "STOP"): "AWAITING REVIEW",
}
