"""What a check inside a block plays, before it is stored."""

from collections.abc import Callable
from dataclasses import dataclass

from listening_tests.check_items import CheckSound
from listening_tests.method import Method
from listening_tests.questions import AskedSound, AskedTrial, Choice, ChooseWord, RateOne


@dataclass(frozen=True)
class BlockFacts:
    """What a check needs to know of the block it stands in: its systems are those whose clips are rated."""

    method: Method
    labels: tuple[str, ...]
    systems: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The answers that the block's question offers."""
        asked = AskedTrial((AskedSound(0, "", 0),), self.labels)
        (field,) = self.method.question.fields(asked)
        return field.choices

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
    """A sound with its right answer: a clip of one of the study's systems, or one that the platform makes."""

    system: str
    expected: str
    tolerance: float = 0.0
    word: str = ""
    make: Callable[[], CheckSound] | None = None


def asks_one_thing(method: Method) -> bool:
    """Return whether a method's trials ask one thing of one sound, with answers to choose from."""
    has_one_sound = sum(most for _least, most in method.roles_per_trial.values()) == 1
    return has_one_sound and isinstance(method.question, RateOne | ChooseWord)
