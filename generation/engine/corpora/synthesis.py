"""Making a synthetic corpus: speech by espeak-ng in the Speech Commands layout. Only make_corpus imports this."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import soundfile

from generation.engine.corpora.cards import stands_already, write_card
from generation.engine.corpora.espeak import Spoken, speak, versions
from generation.engine.corpora.splits import LIST_NAMES, TAKE_MARK
from generation.engine.corpora.synthetic_words import Plan, Voice, choose_voices
from generation.engine.progress import Progress, unwatched
from generation.engine.whole_files import folder_written_whole

# In the card: raise it whenever the same plan would be spoken otherwise.
DEFINITION = 1
LICENCE = "Spoken by espeak-ng (GPL-3.0-or-later); the GPL covers the program, not the sounds it makes."


@dataclass(frozen=True)
class MadeCorpus:
    """A corpus that stands in its folder; `was_there` tells that an earlier call had made it."""

    folder: Path
    was_there: bool


def make_corpus(folder: Path, plan: Plan, progress: Progress = unwatched) -> MadeCorpus:
    """Speak the planned words into the folder, unless the same corpus stands there already.

    The same plan gives the same bytes. Whatever goes wrong, nothing half-written is left. Raises
    FolderHoldsOtherContent, SynthesiserFailed and CannotBeWritten.
    """
    if stands_already(folder, {"plan": plan.as_dict(), "definition": DEFINITION}):
        return MadeCorpus(folder, was_there=True)
    voices = choose_voices(plan)
    with folder_written_whole(folder) as unfinished:
        for word in plan.words:
            (unfinished / word).mkdir()
        for done, (voice, spoken) in enumerate(speak(voices, plan), start=1):
            _write_voice(unfinished, voice, spoken)
            progress(done / len(voices), f"voice {done} of {len(voices)}")
        _write_lists(unfinished, voices, plan)
        write_card(unfinished, card_of(plan))
    return MadeCorpus(folder, was_there=False)


def card_of(plan: Plan) -> dict[str, Any]:
    """Describe a synthetic corpus: that it is one, what it is made of, and how to make it again."""
    return {
        "title": f"Synthetic speech, {len(plan.words)} words in {plan.voices} voices",
        "origin": "espeak",
        "is_synthetic": True,
        "licence": LICENCE,
        "plan": plan.as_dict(),
        "definition": DEFINITION,
        "versions": versions(),
        "make_again": f"python manage.py make_corpus --words {' '.join(plan.words)} --voices {plan.voices} "
        f"--takes {plan.takes} --seed {plan.seed}",
    }


def _write_voice(folder: Path, voice: Voice, spoken: Spoken) -> None:
    for utterance, samples in spoken.waveforms:
        encoded = io.BytesIO()
        soundfile.write(encoded, samples, spoken.sample_rate, format="WAV", subtype="PCM_16")
        (folder / _name(voice, utterance.word, utterance.take)).write_bytes(encoded.getvalue())


def _write_lists(folder: Path, voices: Iterable[Voice], plan: Plan) -> None:
    for split, list_name in LIST_NAMES.items():
        names = sorted(
            _name(voice, word, take)
            for voice in voices
            if voice.split is split
            for word in plan.words
            for take in range(plan.takes)
        )
        (folder / list_name).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


def _name(voice: Voice, word: str, take: int) -> str:
    return f"{word}/{voice.talker}{TAKE_MARK}{take}.wav"
