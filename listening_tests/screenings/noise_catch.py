import random
from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from listening_tests.checks.items import CheckSound
from listening_tests.checks.kinds import Kind
from listening_tests.checks.stimuli import BlockFacts, PlannedStimulus
from listening_tests.roles import TrialRole
from listening_tests.screening import TrialCheck
from listening_tests.sounds.noise_catch import noise_in_place_of

# So many clips of a block are replaced: a listener hears some of them.
N_NOISES = 6


class NoiseCatch(TrialCheck):
    """Noise in place of a clip: no speech at all, so only the lowest answer, or none of the words, is right."""

    title: ClassVar = "Noise-only catch clips"
    kind: ClassVar = Kind.NONSENSICAL
    citation: ClassVar = "catch trials; Prolific's nonsensical items, which have an answer that is objectively wrong"
    role: ClassVar = TrialRole.CATCH

    check: Literal["noise_catch"] = "noise_catch"
    trials: int = Field(2, ge=1, le=20, description="How many of them each of its blocks puts into a session.")
    tolerance: float = Field(1, ge=0, le=1000, description="How far above the lowest point of a scale passes.")
    fails_at: int = Field(2, ge=1, le=20, description="How many failed trials of a session fail the check.")

    def stimuli(self, block: BlockFacts, dice: random.Random) -> list[PlannedStimulus]:
        return [
            PlannedStimulus(
                system,
                word,
                expected=block.lowest,
                tolerance=self.tolerance,
                make=partial(_noise, seed=number),
                made_by="noise",
            )
            for number, (system, word) in enumerate(block.clips(dice)[:N_NOISES])
        ]


def _noise(clip: CheckSound, seed: int) -> CheckSound:
    return CheckSound(noise_in_place_of(clip.waveform, clip.sample_rate, seed), clip.sample_rate)
