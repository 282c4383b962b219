"""The questions a trial can ask of each stimulus."""

from collections.abc import Sequence
from dataclasses import dataclass


class AnswerIsNotOnOffer(Exception):
    """A listener's answer is none of those the question offers."""


@dataclass(frozen=True)
class Choice:
    """One answer on offer: what is stored, what is shown, and the digit that picks it (if any)."""

    value: str
    label: str
    score: float | None = None


@dataclass(frozen=True)
class RateOne:
    """A category scale: each label has a score, best first as it is shown."""

    prompt: str
    labels: tuple[tuple[int, str], ...]

    @property
    def scale(self) -> tuple[float, float]:
        """Return the scale's ends."""
        scores = [score for score, _ in self.labels]
        return float(min(scores)), float(max(scores))

    def choices(self, words: Sequence[str]) -> list[Choice]:
        return [Choice(str(score), label, float(score)) for score, label in self.labels]


@dataclass(frozen=True)
class ChooseWord:
    """Closed-set identification: the block's words in alphabetical order, and a way out."""

    prompt: str
    none_label: str

    NONE = "none of these"

    @property
    def scale(self) -> tuple[None, None]:
        """Return that there is no scale."""
        return None, None

    def choices(self, words: Sequence[str]) -> list[Choice]:
        return [Choice(word, word) for word in sorted(words)] + [Choice(self.NONE, self.none_label)]


Question = RateOne | ChooseWord


def choice_for(question: Question, words: Sequence[str], value: str) -> Choice:
    """Return the choice on offer with this value.

    Raises AnswerIsNotOnOffer if there is none.
    """
    for choice in question.choices(words):
        if choice.value == value:
            return choice
    raise AnswerIsNotOnOffer(f"{value!r} is none of the answers on offer: choose one of the buttons.")
