"""What a listener's browser reports beside an answer."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

# Twice an hour's worth: longer than anybody stays on a page, and within what a database column holds.
Seconds = Field(None, ge=0, le=7200 * 24)


class Play(BaseModel):
    """One playing, in seconds since the page was opened; `ended` is missing when it was broken off."""

    model_config = ConfigDict(allow_inf_nan=False)

    started: float = Field(ge=0)
    ended: float | None = Field(None, ge=0)


class SoundEvidence(BaseModel):
    """How often and when one sound was played; times in seconds since the page opened."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    play_count: int = Field(0, ge=0, le=10_000, description="Playings to the very end.")
    plays: list[Play] = Field([], max_length=200)
    audio_seconds: float | None = Field(None, ge=0, le=7200)


class Evidence(BaseModel):
    """What happened on a trial's page, and to each of its sounds by its key; times in seconds since it opened.

    A page with one sound may report its plays without naming it.
    """

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    sounds: dict[str, SoundEvidence] = Field({}, max_length=40)
    play_count: int = Field(0, ge=0, le=10_000, description="Playings to the very end.")
    plays: list[Play] = Field([], max_length=200)
    heard_seconds: float | None = Seconds
    answered_seconds: float | None = Seconds
    changes: int = Field(0, ge=0, le=10_000, description="How often another answer was chosen before sending.")
    hidden_seconds: float | None = Seconds
    interruptions: int = Field(0, ge=0, le=10_000, description="Times the sound stopped for want of data.")
    audio_seconds: float | None = Field(None, ge=0, le=7200)
    tries: int = Field(1, ge=1, le=10_000, description="How often the answer was sent before it arrived.")


def read_evidence(text: str) -> dict[str, Any]:
    """Return a browser's report as plain data, empty if there is none.

    An answer is worth more than its report: one that cannot be read is kept as `unreadable`, and no answer is
    refused for it.
    """
    if not text:
        return {}
    try:
        return Evidence.model_validate_json(text).model_dump(mode="json")
    except ValidationError:
        return {"unreadable": text[:500].replace("\x00", "")}
