"""What a synthetic corpus is made of: the words, the voices, and how each take differs from the others.

Nothing here knows the synthesiser; `espeak.py` speaks what is planned here.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy
from numpy.typing import NDArray

from generation.engine.corpora.splits import Split

# The 35 words of Speech Commands v0.02 (Warden 2018).
SPEECH_COMMANDS_WORDS = (
    "backward", "bed", "bird", "cat", "dog", "down", "eight", "five", "follow", "forward", "four", "go", "happy",
    "house", "learn", "left", "marvin", "nine", "no", "off", "on", "one", "right", "seven", "sheila", "six", "stop",
    "three", "tree", "two", "up", "visual", "wow", "yes", "zero",
)  # fmt: skip
ACCENTS = (
    "en-us", "en-us-nyc", "en-gb-x-rp", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029",
)  # fmt: skip
# espeak-ng's voice variants that sound like people: robots, whispers, croaks and effects are left out.
VARIANTS = (
    "Alex", "Alicia", "Andrea", "Andy", "Annie", "Denis", "Diogo", "Gene", "Gene2", "Henrique", "Hugo", "Jacky", "Lee",
    "Marco", "Mario", "Michael", "Mike", "Nguyen", "adam", "anika", "antonio", "aunty", "belinda", "benjamin", "boris",
    "caleb", "david", "ed", "edward", "edward2", "f1", "f2", "f3", "f4", "f5", "grandma", "grandpa", "ian", "john",
    "linda", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "marcelo", "max", "michel", "miguel", "mike2", "pablo",
    "paul", "pedro", "quincy", "rob", "robert", "sandro", "shelby", "steph", "steph2", "steph3", "travis", "victor",
    "zac",
)  # fmt: skip
SHARES = {Split.TESTING: 0.2, Split.VALIDATION: 0.1}
FEWEST_VOICES = 5


class VoicesCannotBeChosen(ValueError):
    """There are not so many voices, or too few to divide among three splits."""


class WordCannotBeSpoken(ValueError):
    """A word is none that can name a folder and be spoken."""


@dataclass(frozen=True)
class Plan:
    """What decides every byte of a synthetic corpus, beside the versions of the synthesiser and of this code."""

    words: tuple[str, ...]
    voices: int
    takes: int
    seed: int

    def as_dict(self) -> dict[str, Any]:
        """Give the fields as plain data, for the corpus's card."""
        return asdict(self) | {"words": list(self.words)}

    @property
    def name(self) -> str:
        """Give a folder's name that no other plan has."""
        digest = hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()
        return f"espeak-{len(self.words)}-words-{self.voices}-voices-{digest[:8]}"


@dataclass(frozen=True)
class Voice:
    """Somebody who speaks: an accent in a variant of the voice, with a usual pitch, its range, and a speed.

    Pitch and range are espeak's, 0 to 99 with 50 as usual; speed in words a minute.
    """

    accent: str
    variant: str
    pitch: int
    pitch_range: int
    speed: int
    split: Split

    @property
    def talker(self) -> str:
        """Give the name in the corpus's files."""
        return f"{self.accent}_{self.variant}"


@dataclass(frozen=True)
class Utterance:
    """One word to say once: how, how loud, with which silence around it (seconds) and which noise behind it.

    noise_db: how many decibels the noise lies under the speech; without it there is none.
    """

    word: str
    take: int
    pitch: int
    pitch_range: int
    speed: int
    peak: float
    before: float
    after: float
    noise_db: float | None
    noise_seed: int


def plan(words: Sequence[str] | None, voices: int, takes: int, seed: int) -> Plan:
    """Decide what to speak: all 35 words unless some are given. Raises WordCannotBeSpoken, VoicesCannotBeChosen."""
    chosen = tuple(sorted(set(words or SPEECH_COMMANDS_WORDS)))
    for word in chosen:
        if not word.isalpha() or not word.islower() or not word.isascii():
            raise WordCannotBeSpoken(f"{word!r} cannot be spoken: write a word in small letters a to z, such as down.")
    most = len(ACCENTS) * len(VARIANTS)
    if not FEWEST_VOICES <= voices <= most or takes < 1:
        raise VoicesCannotBeChosen(
            f"{voices} voices with {takes} takes cannot be chosen: {FEWEST_VOICES} to {most} voices are needed for "
            "three splits, and a take of each word."
        )
    return Plan(chosen, voices, takes, seed)


def choose_voices(plan: Plan) -> list[Voice]:
    """Draw the voices, as different as can be: every variant once before any comes again in another accent.

    The splits share no variant: the same throat in another accent would be no unknown voice.
    """
    generator = numpy.random.default_rng([plan.seed, 1])
    variants = [str(each) for each in generator.permutation(VARIANTS)[: plan.voices]]
    accents = {variant: [str(each) for each in generator.permutation(ACCENTS)] for variant in variants}
    splits = _divide(variants)
    voices = []
    for position in range(plan.voices):
        turn, place = divmod(position, len(variants))
        variant = variants[place]
        voices.append(
            Voice(
                accents[variant][turn], variant, int(generator.integers(30, 71)), int(generator.integers(35, 76)),
                int(generator.integers(105, 166)), splits[variant],
            )
        )  # fmt: skip
    return voices


def _divide(variants: Sequence[str]) -> dict[str, Split]:
    """Keep a fifth of the variants for testing and a tenth for validation, at least one each."""
    splits: dict[str, Split] = {}
    remaining = list(variants)
    for split, share in SHARES.items():
        count = max(1, round(share * len(variants)))
        splits |= dict.fromkeys(remaining[:count], split)
        remaining = remaining[count:]
    return splits | dict.fromkeys(remaining, Split.TRAINING)


def utterances_of(voice: Voice, plan: Plan) -> list[Utterance]:
    """Draw how a voice says each word in each take: near its usual pitch and speed, every second time with noise."""
    return [_utterance(voice, word, take, plan.seed) for word in plan.words for take in range(plan.takes)]


def _utterance(voice: Voice, word: str, take: int, seed: int) -> Utterance:
    generator = numpy.random.default_rng([seed, 2, take, *voice.talker.encode(), 0, *word.encode()])
    return Utterance(
        word=word,
        take=take,
        pitch=int(numpy.clip(voice.pitch + generator.integers(-8, 9), 0, 99)),
        pitch_range=int(numpy.clip(voice.pitch_range + generator.integers(-15, 16), 0, 99)),
        speed=int(voice.speed * generator.uniform(0.85, 1.15)),
        peak=float(generator.uniform(0.2, 0.95)),
        before=float(generator.uniform(0.05, 0.2)),
        after=float(generator.uniform(0.08, 0.25)),
        noise_db=float(generator.uniform(18.0, 45.0)) if generator.random() < 0.5 else None,
        noise_seed=int(generator.integers(2**31)),
    )


def place(speech: NDArray[numpy.float64], utterance: Utterance, sample_rate: int) -> NDArray[numpy.float64]:
    """Bring speech [N] to its level, between its silences, over its noise: a waveform within [-1, 1]."""
    scaled = speech * (utterance.peak / numpy.abs(speech).max())
    silences = (round(utterance.before * sample_rate), round(utterance.after * sample_rate))
    waveform = numpy.pad(scaled, silences)
    if utterance.noise_db is not None:
        power = numpy.mean(scaled**2) * 10 ** (-utterance.noise_db / 10)
        waveform = waveform + numpy.sqrt(power) * _noise(len(waveform), utterance.noise_seed)
    clipped: NDArray[numpy.float64] = numpy.clip(waveform, -1.0, 1.0)
    return clipped


def _noise(length: int, seed: int) -> NDArray[numpy.float64]:
    """Draw noise [N] of unit power whose spectrum falls by up to 6 dB an octave, as that of rooms does."""
    generator = numpy.random.default_rng([seed, 3])
    spectrum = numpy.fft.rfft(generator.standard_normal(length))
    slope = generator.uniform(0.0, 1.0)
    frequencies = numpy.maximum(numpy.arange(len(spectrum)), 1.0)
    shaped = numpy.fft.irfft(spectrum * frequencies**-slope, length)
    return numpy.asarray(shaped / numpy.sqrt(numpy.mean(shaped**2)))
