"""Speaking with espeak-ng. Its library is GPL-3.0: only the commands make_corpus and speak lead here.

The library keeps state from one utterance to the next that decides single samples, so that everything is spoken in
one new process, always in the same order: the same plan gives the same bytes.
"""

import ctypes
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from multiprocessing import get_context

import espeakng_loader
import numpy
from numpy.typing import NDArray

from generation.engine.corpora.synthetic_words import Plan, Utterance, Voice, place, utterances_of

SYNCHRONOUS_OUTPUT = 2
UTF8_TEXT = 1
SPEED, PITCH, PITCH_RANGE = 1, 3, 4
USUAL_PITCH = 50
# Of the loudest sample: what lies below it at both ends is the synthesiser's pause.
PAUSE = 0.002

_SamplesArrive = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class SynthesiserFailed(RuntimeError):
    """espeak-ng refused a voice or a word, or crashed."""


@dataclass(frozen=True)
class Spoken:
    """One voice's utterances, 16-bit waveforms [N], and their sample rate."""

    sample_rate: int
    waveforms: list[tuple[Utterance, NDArray[numpy.int16]]]


def versions() -> dict[str, str]:
    """Give the versions that decide what is spoken."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Info.restype = ctypes.c_char_p
    return {
        "espeak-ng": library.espeak_Info(None).decode(),
        "espeakng-loader": version("espeakng-loader"),
        "numpy": version("numpy"),
    }


def speak(voices: list[Voice], plan: Plan) -> Iterator[tuple[Voice, Spoken]]:
    """Speak everything planned, voice by voice, in a process of its own. Raises SynthesiserFailed."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
        for voice in voices:
            try:
                yield voice, process.submit(speak_voice, voice, plan).result()
            except BrokenProcessPool as error:
                raise SynthesiserFailed(f"espeak-ng crashed while {voice.talker} spoke: start again.") from error


def speak_texts(texts: Sequence[str], voice: str, *, speed: int, seed: int) -> tuple[int, list[NDArray[numpy.int16]]]:
    """Speak texts with one of espeak-ng's voices, such as "fi" or "en-us+f2", in a process of its own.

    Return the sample rate and a 16-bit waveform [N] without pauses for each text. Raises SynthesiserFailed.
    """
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
        try:
            return process.submit(_speak_texts, texts, voice, speed, seed).result()
        except BrokenProcessPool as error:
            raise SynthesiserFailed(f"espeak-ng crashed while {voice} spoke: start again.") from error


def _speak_texts(texts: Sequence[str], voice: str, speed: int, seed: int) -> tuple[int, list[NDArray[numpy.int16]]]:
    synthesiser = _synthesiser()
    synthesiser.take_voice(voice, seed)
    spoken = [synthesiser.say(text, speed=speed, pitch=USUAL_PITCH, pitch_range=USUAL_PITCH) for text in texts]
    return synthesiser.sample_rate, [_without_pauses(speech).astype(numpy.int16) for speech in spoken]


def speak_voice(voice: Voice, plan: Plan) -> Spoken:
    """Speak every utterance of one voice, in this process. Raises SynthesiserFailed."""
    synthesiser = _synthesiser()
    synthesiser.take_voice(f"{voice.accent}+{voice.variant}", plan.seed)
    waveforms = []
    for utterance in utterances_of(voice, plan):
        said = synthesiser.say(
            utterance.word, speed=utterance.speed, pitch=utterance.pitch, pitch_range=utterance.pitch_range
        )
        speech = _without_pauses(said)
        waveform = place(speech, utterance, synthesiser.sample_rate)
        waveforms.append((utterance, (waveform * 32767).round().astype(numpy.int16)))
    return Spoken(synthesiser.sample_rate, waveforms)


class _Synthesiser:
    """The library, loaded and ready; there is one in a process."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.sample_rate = int(self._library.espeak_Initialize(SYNCHRONOUS_OUTPUT, 0, data, 0))
        if self.sample_rate <= 0:
            raise SynthesiserFailed("espeak-ng does not start: install espeakng-loader again.")
        self._arrived: list[NDArray[numpy.int16]] = []
        self._keep_alive = _SamplesArrive(self._collect)
        self._library.espeak_SetSynthCallback(self._keep_alive)

    def take_voice(self, name: str, seed: int) -> None:
        # Breath is random numbers, which the library would seed with the time of day.
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(seed))
        if self._library.espeak_SetVoiceByName(name.encode()) != 0:
            raise SynthesiserFailed(f"espeak-ng has no voice {name}: install the pinned espeakng-loader.")

    def say(self, words: str, *, speed: int, pitch: int, pitch_range: int) -> NDArray[numpy.float64]:
        for parameter, value in ((SPEED, speed), (PITCH, pitch), (PITCH_RANGE, pitch_range)):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._arrived.clear()
        text = words.encode() + b"\0"
        failed = self._library.espeak_Synth(text, len(text), 0, 0, 0, UTF8_TEXT, None, None)
        if failed or self._library.espeak_Synchronize() or not self._arrived:
            raise SynthesiserFailed(f"espeak-ng does not say {words!r}: leave it out.")
        return numpy.concatenate(self._arrived).astype(numpy.float64)

    def _collect(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, events: int | None) -> int:
        """Copy samples as they arrive; 0 tells the library to go on."""
        if count > 0:
            self._arrived.append(numpy.ctypeslib.as_array(samples, shape=(count,)).astype(numpy.int16))
        return 0


@cache
def _synthesiser() -> _Synthesiser:
    return _Synthesiser()


def _without_pauses(speech: NDArray[numpy.float64]) -> NDArray[numpy.float64]:
    """Cut the pauses before and after speech [N]. Raises SynthesiserFailed if there is nothing else."""
    loud = numpy.flatnonzero(numpy.abs(speech) > PAUSE * numpy.abs(speech).max())
    if not len(loud):
        raise SynthesiserFailed("espeak-ng gave silence: install the pinned espeakng-loader.")
    return speech[loud[0] : loud[-1] + 1]
