"""What a listener's browser reports beside an answer."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

# Twice an hour's worth: longer than anybody stays on a page, and within what a database column holds.
Seconds = Field(None, ge=0, le=7200 * 24)


class Play(BaseModel):
    """A stretch in which a sound was heard, in seconds since the page was opened.

    It may end before the sound does: switched away, or broken off. `ended` is missing if it went on.
    """

    model_config = ConfigDict(allow_inf_nan=False)

    started: float = Field(ge=0)
    ended: float | None = Field(None, ge=0)


class SoundEvidence(BaseModel):
    """How one sound arrived and when it was heard. Decoding brings a sound to the rate at which the browser plays."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    play_count: int = Field(0, ge=0, le=10_000, description="How often the whole of it was heard.")
    plays: list[Play] = Field([], max_length=1000)
    load_tries: int | None = Field(None, ge=0, le=10_000, description="How often it was fetched before it could play.")
    bytes: int | None = Field(None, ge=0)
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$", description="Of the bytes that arrived.")
    frames: int | None = Field(None, ge=0, description="Length after decoding.")
    sample_rate: float | None = Field(None, ge=0, le=1e6, description="Of the decoded sound, in Hz.")
    channels: int | None = Field(None, ge=0, le=64)
    audio_seconds: float | None = Field(None, ge=0, le=7200)


class Evidence(BaseModel):
    """What happened on a trial's page, and to each of its sounds by its key; times in seconds since it opened."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    sounds: dict[str, SoundEvidence] = Field({}, max_length=40)
    output_sample_rate: float | None = Field(None, ge=0, le=1e6, description="At which the browser plays, in Hz.")
    heard_seconds: float | None = Seconds
    answered_seconds: float | None = Seconds
    changes: int = Field(0, ge=0, le=10_000, description="How often another answer was chosen before sending.")
    hidden_seconds: float | None = Seconds
    hidden_while_playing_seconds: float | None = Seconds
    interruptions: int = Field(0, ge=0, le=10_000, description="Times the device broke off a sound.")
    tries: int = Field(1, ge=1, le=10_000, description="How often the answer was sent before it arrived.")
    delay_seconds: float | None = Field(None, ge=0, le=90 * 24 * 3600, description="From giving it to sending it last.")


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
