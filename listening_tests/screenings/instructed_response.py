import random
from collections.abc import Callable
from typing import ClassVar, Literal

from pydantic import Field

from listening_tests.checks.items import CheckSound
from listening_tests.checks.kinds import Kind
from listening_tests.checks.stimuli import BlockFacts, PlannedStimulus
from listening_tests.roles import TrialRole
from listening_tests.screening import TrialCheck
from listening_tests.sounds.spoken_instruction import spoken_instructions


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
        asked = list(zip([choice.value for choice in choices], block.clips(dice), strict=False))
        if self.given == "written":
            return [PlannedStimulus(system, word, expected=answer) for answer, (system, word) in asked]
        # Points of a scale are spoken as numbers: the keys that choose them. All at once: starting a voice is slow.
        spoken = spoken_instructions([answer for answer, _clip in asked], self.language)
        sounds = [CheckSound(waveform, spoken.sample_rate) for waveform in spoken.waveforms]
        return [
            PlannedStimulus(system, word, expected=answer, make=_instead(sound), made_by="spoken-instruction")
            for (answer, (system, word)), sound in zip(asked, sounds, strict=True)
        ]


def _instead(sound: CheckSound) -> Callable[[CheckSound], CheckSound]:
    """Return what puts a sound in a clip's place."""
    return lambda _clip: sound
