import random
from typing import ClassVar, Literal

from pydantic import Field

from listening_tests.checks.kinds import Kind
from listening_tests.checks.stimuli import BlockFacts, PlannedStimulus
from listening_tests.roles import TrialRole
from listening_tests.screening import TrialCheck
from listening_tests.study_file.networks import Slug


class Gold(TrialCheck):
    """Clips whose answer is known: on a scale `expected`, give or take `tolerance`; of words, the one intended.

    The P.808 toolkit takes one clip a session and a tolerance of one point. Its clips fill no quota.
    """

    title: ClassVar = "Gold stimuli"
    kind: ClassVar = Kind.PERCEPTUAL
    citation: ClassVar = "ITU-T P.808; Naderi and Cutler 2020"
    role: ClassVar = TrialRole.GOLD

    check: Literal["gold"] = "gold"
    system: Slug = Field(description="The system whose clips are gold, for example the recordings.")
    expected: float = Field(5, ge=-1000, le=1000, description="The right answer on a scale.")
    tolerance: float = Field(1, ge=0, le=1000, description="How far from it an answer may lie.")

    def stimuli(self, block: BlockFacts, dice: random.Random) -> list[PlannedStimulus]:
        words = block.words[self.system]
        if block.asks_for_words:
            return [PlannedStimulus(self.system, word, expected=word) for word in words if word in block.labels]
        expected = f"{self.expected:g}"
        return [PlannedStimulus(self.system, word, expected=expected, tolerance=self.tolerance) for word in words]
