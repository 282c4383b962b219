import random
from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from listening_tests.checks.items import CheckSound
from listening_tests.checks.kinds import Kind
from listening_tests.checks.stimuli import BlockFacts, PlannedStimulus
from listening_tests.questions import Choice
from listening_tests.roles import TrialRole
from listening_tests.screening import TrialCheck
from listening_tests.sounds.spoken_instruction import spoken_instruction


class InstructedResponse(TrialCheck):
    """Trials that say which answer to choose: in writing above the question, or spoken in place of a clip.

    Any answer on offer may be the one asked for, so nobody passes by giving the same answer to everything. A spoken
    one is three words long, since all sounds of a block are made as long as its longest.
    """

    title: ClassVar = "Instructed response"
    kind: ClassVar = Kind.INSTRUCTED_RESPONSE
    citation: ClassVar = "instructional manipulation check (Oppenheimer et al. 2009); the P.808 toolkit's trapping clip"
    role: ClassVar = TrialRole.TRAP

    check: Literal["instructed_response"] = "instructed_response"
    given: Literal["written", "spoken"] = Field("written", description="How the instruction is given.")
    language: str = Field("en", min_length=2, max_length=10, description="In which language it is spoken.")
    trials: int = Field(2, ge=1, le=20, description="How many of them each of its blocks puts into a session.")
    fails_at: int = Field(2, ge=1, le=20, description="How many failed trials of a session fail the check.")

    def stimuli(self, block: BlockFacts, dice: random.Random) -> list[PlannedStimulus]:
        # Of few clips each stands for one answer only, so which answers those are is drawn by lot.
        choices = dice.sample(block.choices, len(block.choices))
        return [self._stimulus(choice, *clip) for choice, clip in zip(choices, block.clips(dice), strict=False)]

    def _stimulus(self, choice: Choice, system: str, word: str) -> PlannedStimulus:
        if self.given == "written":
            return PlannedStimulus(system, word, expected=choice.value)
        # Points of a scale are spoken as numbers: the keys that choose them.
        make = partial(_instruction, answer=choice.value, language=self.language)
        return PlannedStimulus(system, word, expected=choice.value, make=make, made_by="spoken-instruction")


def _instruction(clip: CheckSound, answer: str, language: str) -> CheckSound:
    spoken = spoken_instruction(answer, language)
    return CheckSound(spoken.waveforms[0], spoken.sample_rate)
