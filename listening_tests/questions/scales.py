"""Questions that place sounds on a scale."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from listening_tests.questions.asked import (
    Answer,
    AnswerField,
    AnswerIsNotOnOffer,
    AskedTrial,
    Choice,
    Impression,
    Text,
    Widget,
    field_name,
)
from listening_tests.roles import Role

# Between which points of quality somebody's impressions lie.
WORST, BEST = 1.0, 5.0


@dataclass(frozen=True)
class RateOne:
    """A category scale for one sound: each label has a score, best first as it is shown.

    `is_against_reference`: the labels say how far the sound falls short of the trial's reference.
    """

    prompt: Text
    labels: tuple[tuple[int, Text], ...]
    is_against_reference: bool = False

    @property
    def scale(self) -> tuple[float, float]:
        scores = [score for score, _label in self.labels]
        return float(min(scores)), float(max(scores))

    def fields(self, asked: AskedTrial) -> tuple[AnswerField, ...]:
        choices = tuple(Choice(str(score), str(label), float(score), str(score)) for score, label in self.labels)
        return tuple(
            AnswerField(field_name(sound.position), str(self.prompt), choices=choices, sound=sound.position)
            for sound in asked.rated
        )

    def answers(self, asked: AskedTrial, values: Mapping[str, str]) -> dict[int, Answer]:
        found = {}
        for field in self.fields(asked):
            choice = field.chosen(values)
            assert field.sound is not None
            found[field.sound] = Answer(choice.value, choice.score)
        return found

    def answered_by(self, asked: AskedTrial, impressions: Mapping[int, Impression]) -> dict[str, str]:
        values = {}
        for field in self.fields(asked):
            assert field.sound is not None
            opinion = self._opinion(field.sound, asked, impressions)
            values[field.name] = min(field.choices, key=lambda choice: abs((choice.score or 0.0) - opinion)).value
        return values

    def _opinion(self, sound: int, asked: AskedTrial, impressions: Mapping[int, Impression]) -> float:
        """Return where on this scale an impression lies."""
        low, high = self.scale
        quality = impressions[sound].quality
        if self.is_against_reference:
            references = [each.position for each in asked.sounds if each.role == Role.REFERENCE]
            quality = BEST - max(0.0, impressions[references[0]].quality - quality)
        return low + (quality - WORST) * (high - low) / (BEST - WORST)


@dataclass(frozen=True)
class RateEach:
    """A slider for each sound, from `low` to `high`; `bands` name its parts from the top down."""

    prompt: Text
    bands: tuple[Text, ...]
    low: int = 0
    high: int = 100

    @property
    def scale(self) -> tuple[float, float]:
        return float(self.low), float(self.high)

    def fields(self, asked: AskedTrial) -> tuple[AnswerField, ...]:
        # A band's choice has no value: it is the writing beside the slider.
        bands = tuple(Choice("", str(band)) for band in self.bands)
        return tuple(
            AnswerField(
                field_name(sound.position),
                _("Rating of sound %(name)s") % {"name": sound.name},
                Widget.SLIDER,
                bands,
                sound.position,
                self.low,
                self.high,
            )
            for sound in asked.rated
        )

    def answers(self, asked: AskedTrial, values: Mapping[str, str]) -> dict[int, Answer]:
        return {
            sound.position: Answer(values.get(field_name(sound.position), ""), self._score(sound.position, values))
            for sound in asked.rated
        }

    def _score(self, position: int, values: Mapping[str, str]) -> float:
        text = values.get(field_name(position), "")
        if not (text.isascii() and text.isdigit() and self.low <= int(text) <= self.high):
            raise AnswerIsNotOnOffer(f"{text!r} is no whole number from {self.low} to {self.high}: move the slider.")
        return float(text)

    def answered_by(self, asked: AskedTrial, impressions: Mapping[int, Impression]) -> dict[str, str]:
        span = (self.high - self.low) / (BEST - WORST)
        return {
            field_name(sound.position): str(
                round(min(self.high, max(self.low, self.low + (impressions[sound.position].quality - WORST) * span)))
            )
            for sound in asked.rated
        }
