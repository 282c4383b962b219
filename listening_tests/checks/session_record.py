"""What a listener did in one session, as screenings see it: plain records, no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from listening_tests.roles import TrialRole

# Scales are compared as if each had the five points of ITU-T P.800.
LOWEST, HIGHEST = 1.0, 5.0


@dataclass(frozen=True)
class SoundAnswer:
    """What was answered of one sound. `expected` is the right answer, empty where there is none."""

    stimulus: int
    response: str
    score: float | None = None
    expected: str = ""
    tolerance: float = 0.0

    @property
    def is_as_expected(self) -> bool:
        """Whether a score is near enough to the right one, or the response is the right word."""
        if self.score is None:
            return self.response == self.expected
        return abs(self.score - float(self.expected)) <= self.tolerance


@dataclass(frozen=True)
class TrialRecord:
    """One answered trial, its times by the server's clock.

    `sound_seconds` is how long all its sounds last together. `hidden_seconds` is how long its page was out of sight
    while a sound was playing. `scale` holds the ends of its scores; None where answers have no score. `repeats` is
    the position of the trial that it repeats.
    """

    position: int
    block: int
    role: TrialRole
    shown_at: datetime
    answered_at: datetime
    sound_seconds: float
    answers: tuple[SoundAnswer, ...]
    hidden_seconds: float = 0.0
    scale: tuple[float, float] | None = None
    repeats: int | None = None

    @property
    def response_seconds(self) -> float:
        """From the page's first showing to the answer's arrival."""
        return (self.answered_at - self.shown_at).total_seconds()

    @property
    def is_as_expected(self) -> bool:
        """Whether every sound that has a right answer was given it."""
        return all(answer.is_as_expected for answer in self.answers if answer.expected)

    def points(self, answer: SoundAnswer) -> float | None:
        """Return a score as it would be on five points; None where answers have no score."""
        if answer.score is None or self.scale is None:
            return None
        low, high = self.scale
        return LOWEST + (answer.score - low) * (HIGHEST - LOWEST) / (high - low)


SessionRecord = Sequence[TrialRecord]


def in_role(record: SessionRecord, role: TrialRole) -> list[TrialRecord]:
    """Return the trials of one role, in order."""
    return [trial for trial in record if trial.role == role]
