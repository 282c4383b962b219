from typing import ClassVar, Literal

from pydantic import Field

from listening_tests.checks.kinds import Kind
from listening_tests.checks.session_record import SessionRecord
from listening_tests.screening import Finding, Rule


class HiddenTab(Rule):
    """Sounds that played while their page was out of sight, as the browser reports it."""

    title: ClassVar = "Page hidden while a sound played"
    kind: ClassVar = Kind.STATISTICAL
    citation: ClassVar = "the page visibility that the P.808 toolkit records without using it"

    check: Literal["hidden_tab"] = "hidden_tab"
    seconds: float = Field(0.5, ge=0, le=600, description="Out of sight for longer than this counts.")
    fails_at: int = Field(3, ge=1, le=500, description="How many such trials fail it.")

    def evaluate(self, record: SessionRecord) -> Finding:
        hidden = [trial.position for trial in record if trial.hidden_seconds > self.seconds]
        detail = {"n_trials": len(record), "n_hidden": len(hidden), "hidden": hidden, "fails_at": self.fails_at}
        return Finding(len(hidden) < self.fails_at, detail)
