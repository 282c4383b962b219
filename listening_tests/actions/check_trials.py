"""The stimuli of a study's checks inside blocks."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import soundfile
from django.conf import settings

from generation.models import Clip
from listening_tests.actions.preparing_sounds import keep_made_sound
from listening_tests.checks.items import CheckSound
from listening_tests.checks.stimuli import BlockFacts, PlannedStimulus
from listening_tests.models import Block, Stimulus
from listening_tests.roles import Role
from listening_tests.screening import TrialCheck

ClipsOfSystems = Mapping[tuple[str, str], Clip]


def stimuli_of(check: TrialCheck, block: Block, rated: Sequence[str], clips: ClipsOfSystems) -> list[Stimulus]:
    """Return the stimuli, not stored yet, that a check plays in a block.

    `rated` are the systems whose clips the block rates, `clips` a clip of each system and word. Sounds that the
    platform makes are written to HEARSAY_CLIPS; like clips, they are still to be prepared.
    """
    words: dict[str, tuple[str, ...]] = {}
    for system, word in clips:
        words[system] = (*words.get(system, ()), word)
    facts = BlockFacts(block.test_method, tuple(block.labels), tuple(rated), words)
    planned = check.stimuli(facts, random.Random(f"{block.study.seed}/{block.position}/{check.slug()}"))
    return [_stimulus(each, check, block, clips[each.system, each.word]) for each in planned]


def _stimulus(planned: PlannedStimulus, check: TrialCheck, block: Block, clip: Clip) -> Stimulus:
    stimulus = Stimulus(
        block=block, role=Role(check.role.value), expected=planned.expected, tolerance=planned.tolerance
    )
    if planned.make is None:
        stimulus.clip, stimulus.system, stimulus.word = clip, planned.system, planned.word
    else:
        waveform, rate = soundfile.read(Path(settings.CLIPS_DIR, clip.audio))
        stimulus.system, stimulus.audio = planned.made_by, keep_made_sound(planned.make(CheckSound(waveform, rate)))
    return stimulus
