from typing import ClassVar, Literal

from pydantic import Field

from listening_tests.checks.kinds import Kind
from listening_tests.checks.session_record import SessionRecord
from listening_tests.screening import Finding, Rule


class TooFast(Rule):
    """Answers that came before the sounds could have ended, by the server's clock.

    A page is shown before its sounds can play, so an honest answer is never this fast, however quick the listener.
    """

    title: ClassVar = "Too fast by the server's clock"
    kind: ClassVar = Kind.STATISTICAL
    citation: ClassVar = "compare ITU-T P.808, which leaves the time to the listener's browser"
    is_about_time: ClassVar = True

    check: Literal["too_fast"] = "too_fast"
    margin_seconds: float = Field(0.25, ge=0, le=60, description="How much sooner than the sounds' end is allowed.")
    fails_at: int = Field(2, ge=1, le=500, description="How many such answers fail it.")

    def evaluate(self, record: SessionRecord) -> Finding:
        fast = [
            trial.position for trial in record if trial.response_seconds < trial.sound_seconds - self.margin_seconds
        ]
        detail = {"n_trials": len(record), "n_too_fast": len(fast), "too_fast": fast, "fails_at": self.fails_at}
        return Finding(len(fast) < self.fails_at, detail)
