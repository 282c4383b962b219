"""Making the files that listeners hear: in a block, all of one loudness, length, rate and format.

A file is named after what it is made of, so stimuli alike share it, also between studies, and making it again changes
nothing. Files are made before the database learns of them, a block at a time: nobody waits for a lock meanwhile.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import soundfile
from django.conf import settings

from listening_tests.checks.items import CheckSound
from listening_tests.models import Block, Stimulus, Study
from listening_tests.roles import Role
from listening_tests.sounds.anchors import anchor
from listening_tests.sounds.loudness import TARGET_LUFS
from listening_tests.sounds.prepared import Prepared, prepare_stimulus
from listening_tests.sounds.wav_file import wav_bytes, write_whole

PREPARED, MADE = "prepared", "made"
# Raise it whenever the same clip would be prepared otherwise.
DEFINITION = 1


class SoundCannotBePrepared(Exception):
    """A stimulus has no sound file that could be read."""


@dataclass(frozen=True)
class Format:
    """What all files of a block have in common, so that none can be told by its size."""

    seconds: float
    rate: int


def keep_made_sound(sound: CheckSound) -> str:
    """Store a sound that the platform made for a stimulus; return the value for the stimulus's `audio`.

    It is still to be prepared, as clips are. Raises SoundIsTooLoud.
    """
    content = wav_bytes(sound.waveform, sound.sample_rate)
    name = f"{MADE}/{hashlib.sha256(content).hexdigest()}.wav"
    write_whole(Path(settings.CLIPS_DIR, name), content)
    return name


def prepare_sounds(*, study: Study) -> None:
    """Prepare what is not prepared yet of a study's stimuli, and store what was done to each.

    Raises SoundCannotBePrepared.
    """
    for block in study.blocks.order_by("position", "pk"):
        _prepare_block(block)


def _prepare_block(block: Block) -> None:
    stimuli = list(block.stimuli.select_related("clip").order_by("pk"))
    pending = [stimulus for stimulus in stimuli if not stimulus.sha256]
    if not pending:
        return
    common = _common_format(stimuli)
    done: dict[Path, Prepared] = {}
    for stimulus in pending:
        target = _target(stimulus, common)
        if target not in done:
            done[target] = _prepare(stimulus, target, common)
        _note(stimulus, done[target])
    Stimulus.objects.bulk_update(pending, ["audio", "sha256", "gain_db", "seconds"], batch_size=500)


def _common_format(stimuli: Sequence[Stimulus]) -> Format:
    """Return the longest length and the clips' highest rate; what the platform made follows the clips."""
    about = {stimulus: _info(stimulus) for stimulus in stimuli}
    of_clips = [info for stimulus, info in about.items() if stimulus.clip is not None]
    return Format(
        seconds=max(info.frames / info.samplerate for info in about.values()),
        rate=max(info.samplerate for info in of_clips or about.values()),
    )


def _info(stimulus: Stimulus) -> Any:
    try:
        return soundfile.info(stimulus.audio_path)
    except soundfile.LibsndfileError as error:
        raise SoundCannotBePrepared(
            f"The sound of {stimulus} cannot be read: {error} Restore HEARSAY_CLIPS, or have the clip made again."
        ) from error


def _target(stimulus: Stimulus, common: Format) -> Path:
    """Return a path that depends on all that decides the file, and tells nobody what it is."""
    source = hashlib.sha256(stimulus.audio_path.read_bytes()).hexdigest()
    treatment = stimulus.system if stimulus.role == Role.ANCHOR else ""
    decisive = json.dumps([DEFINITION, source, treatment, common.seconds, common.rate, TARGET_LUFS])
    digest = hashlib.sha256(decisive.encode()).hexdigest()
    return Path(settings.CLIPS_DIR, PREPARED, digest[:2], f"{digest[2:]}.wav")


def _prepare(stimulus: Stimulus, target: Path, common: Format) -> Prepared:
    treat = partial(anchor, stimulus.system) if stimulus.role == Role.ANCHOR else None
    return prepare_stimulus(stimulus.audio_path, target, common.seconds, common.rate, treat=treat)


def _note(stimulus: Stimulus, prepared: Prepared) -> None:
    stimulus.audio = prepared.path.relative_to(settings.CLIPS_DIR).as_posix()
    stimulus.sha256 = prepared.sha256
    stimulus.gain_db = prepared.gain_db
    stimulus.seconds = prepared.seconds
