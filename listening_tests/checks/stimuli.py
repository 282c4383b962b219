"""What a check inside a block plays, before it is stored."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from listening_tests.checks.items import CheckSound
from listening_tests.method import Method
from listening_tests.questions import AskedSound, AskedTrial, Choice, ChooseWord, RateOne


@dataclass(frozen=True)
class BlockFacts:
    """What a check needs to know of the block it stands in: whose clips are rated, and each system's words."""

    method: Method
    labels: tuple[str, ...]
    rated: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]

    def clips(self, dice: random.Random) -> list[tuple[str, str]]:
        """Return the system and the word of each of the clips that are rated, in random order."""
        clips = [(system, word) for system in self.rated for word in self.words[system]]
        return dice.sample(clips, len(clips))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The answers that the block's question offers."""
        asked = AskedTrial((AskedSound(0, "", 0),), self.labels)
        (answer,) = self.method.question.fields(asked)
        return answer.choices

    @property
    def asks_for_words(self) -> bool:
        """Whether the answers are words, not points of a scale."""
        return isinstance(self.method.question, ChooseWord)

    @property
    def lowest(self) -> str:
        """The answer for what is no speech at all: the lowest point of the scale, or none of the words."""
        if self.asks_for_words:
            return ChooseWord.NONE
        return min(self.choices, key=lambda choice: choice.score or 0.0).value


@dataclass(frozen=True)
class PlannedStimulus:
    """A sound with its right answer: the clip of a system and a word, or what the platform makes in its place.

    `make` returns the sound that is played instead, given the clip's; `made_by` is what it goes by as a system.
    """

    system: str
    word: str
    expected: str
    tolerance: float = 0.0
    make: Callable[[CheckSound], CheckSound] | None = field(default=None, compare=False)
    made_by: str = ""


def asks_one_thing(method: Method) -> bool:
    """Return whether a method's trials ask one thing of one sound, with answers to choose from."""
    has_one_sound = sum(most for _least, most in method.roles_per_trial.values()) == 1
    return has_one_sound and isinstance(method.question, RateOne | ChooseWord)
