import random
from typing import ClassVar, Literal

from pydantic import Field

from listening_tests.checks.kinds import Kind
from listening_tests.checks.session_record import SessionRecord, TrialRecord
from listening_tests.checks.stimuli import BlockFacts, PlannedStimulus
from listening_tests.roles import TrialRole
from listening_tests.screening import TrialCheck


class Repeats(TrialCheck):
    """Samples that come once more later in their block: answers too far from the first ones fail.

    Words fail when they differ. Only the first answer counts as a rating.
    """

    title: ClassVar = "Repeated samples"
    kind: ClassVar = Kind.STATISTICAL
    citation: ClassVar = "test–retest consistency; CAQE pays a bonus for it (Cartwright et al. 2016)"
    role: ClassVar = TrialRole.REPEAT

    check: Literal["repeats"] = "repeats"
    trials: int = Field(3, ge=1, le=20, description="How many samples each of its blocks repeats.")
    largest_difference: float = Field(2, ge=0, le=4, description="How far apart two scores may lie, on five points.")
    fails_at: int = Field(2, ge=1, le=20, description="How many repeats too far apart fail it.")

    def stimuli(self, block: BlockFacts, dice: random.Random) -> list[PlannedStimulus]:
        return []

    def has_failed(self, trial: TrialRecord, record: SessionRecord) -> bool:
        first = next((other for other in record if other.position == trial.repeats), None)
        return first is not None and self._difference(first, trial) > self.largest_difference

    def _difference(self, first: TrialRecord, second: TrialRecord) -> float:
        """Return how far two scores lie apart; for words, nothing if they agree, and more than is allowed if not."""
        one, other = (trial.points(trial.answers[0]) for trial in (first, second))
        if one is None or other is None:
            return 0.0 if first.answers[0].response == second.answers[0].response else self.largest_difference + 1
        return abs(one - other)
