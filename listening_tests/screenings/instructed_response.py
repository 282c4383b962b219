import random
from typing import ClassVar, Literal

from pydantic import Field

from listening_tests.check_stimuli import BlockFacts, PlannedStimulus
from listening_tests.roles import TrialRole
from listening_tests.screening import TrialCheck
from listening_tests.screening_kinds import Kind


class InstructedResponse(TrialCheck):
    """Trials that say which answer to choose, in writing above the question.

    Any answer on offer may be the one asked for, so nobody passes by giving the same answer to everything.
    """

    title: ClassVar = "Instructed response"
    kind: ClassVar = Kind.INSTRUCTED_RESPONSE
    citation: ClassVar = "instructional manipulation check (Oppenheimer et al. 2009); the P.808 toolkit's trapping clip"
    role: ClassVar = TrialRole.TRAP

    check: Literal["instructed_response"] = "instructed_response"
    trials: int = Field(2, ge=1, le=20, description="How many of them each of its blocks puts into a session.")
    fails_at: int = Field(2, ge=1, le=20, description="How many failed trials of a session fail the check.")

    def stimuli(self, block: BlockFacts, dice: random.Random) -> list[PlannedStimulus]:
        return [
            PlannedStimulus(dice.choice(block.systems), expected=choice.value, word=dice.choice(block.words))
            for choice in block.choices
        ]
