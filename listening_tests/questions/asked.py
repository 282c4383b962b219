"""What questions are asked about, and what they ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from django.utils.functional import Promise

from listening_tests.roles import Role

Text = str | Promise
Scale = tuple[float, float] | tuple[None, None]


class AnswerIsNotOnOffer(Exception):
    """A listener's answer is none of those the question offers."""


class Widget(Enum):
    """How an answer is given."""

    CHOICES = "choices"
    SLIDER = "slider"
    TEXT = "text"


@dataclass(frozen=True)
class Choice:
    """One answer on offer: what is stored, what is shown, its score, and the key that picks it."""

    value: str
    label: str
    score: float | None = None
    key: str = ""


@dataclass(frozen=True)
class AnswerField:
    """One thing that a trial's page asks. `sound` is the position of the sound it is asked of, if it is one."""

    name: str
    prompt: str
    widget: Widget = Widget.CHOICES
    choices: tuple[Choice, ...] = ()
    sound: int | None = None
    low: int = 0
    high: int = 0

    def choice(self, value: str) -> Choice:
        """Return the choice with this value. Raises AnswerIsNotOnOffer if there is none."""
        for choice in self.choices:
            if choice.value == value:
                return choice
        raise AnswerIsNotOnOffer(f"{value!r} is none of the answers on offer: choose one of the buttons.")

    def chosen(self, values: Mapping[str, str]) -> Choice:
        """Return what was chosen here. Raises AnswerIsNotOnOffer."""
        return self.choice(values.get(self.name, ""))


@dataclass(frozen=True)
class Answer:
    """What is stored of one rated sound."""

    response: str
    score: float | None = None


@dataclass(frozen=True)
class Impression:
    """What somebody made of a sound: how good it is, in points from 1 to 5, and which word it is, if any."""

    quality: float
    word: str | None = None


@dataclass(frozen=True)
class AskedSound:
    """A sound of a trial: where it stands, what the listener calls it, and (server only) what it is."""

    position: int
    name: str
    stimulus: int
    role: str = Role.SAMPLE


@dataclass(frozen=True)
class AskedTrial:
    """What a question may know of a trial. `order_seed` shuffles labels, alike in all trials of one listener."""

    sounds: tuple[AskedSound, ...]
    labels: tuple[str, ...] = ()
    probe: str = ""
    order_seed: int | None = None

    @property
    def rated(self) -> tuple[AskedSound, ...]:
        """The sounds that an answer is about: all but an open reference."""
        return tuple(sound for sound in self.sounds if sound.role != Role.REFERENCE)


class Question(Protocol):
    """What a method asks in each of its trials."""

    @property
    def prompt(self) -> Text:
        """What stands above the answers."""

    @property
    def scale(self) -> Scale:
        """The ends of the scores, or None twice if answers have none."""

    def fields(self, asked: AskedTrial) -> tuple[AnswerField, ...]:
        """Return what the page asks. Nothing in it tells what a sound is."""

    def answers(self, asked: AskedTrial, values: Mapping[str, str]) -> dict[int, Answer]:
        """Return what is stored for each rated sound's position. Raises AnswerIsNotOnOffer."""

    def answered_by(self, asked: AskedTrial, impressions: Mapping[int, Impression]) -> dict[str, str]:
        """Return each field's value as somebody with these impressions of the sounds gives it."""


def field_name(position: int) -> str:
    """Return what the field about one sound is called in forms."""
    return f"answer-{position}"
