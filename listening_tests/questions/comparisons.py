"""Questions that set sounds against one another."""

from collections.abc import Mapping
from dataclasses import dataclass

from listening_tests.questions.asked import (
    Answer,
    AnswerField,
    AnswerIsNotOnOffer,
    AskedTrial,
    Choice,
    Impression,
    Text,
)
from listening_tests.roles import Role

NAME = "answer"
# How much better, in points of quality, a sound must be for somebody to prefer it.
NOTICEABLE = 0.25


@dataclass(frozen=True)
class Compare:
    """How the second sound compares with the first: from much better to much worse, best first as it is shown.

    One of the two is a hidden reference. What is scored is the other one, whichever came first.
    """

    prompt: Text
    labels: tuple[tuple[int, Text], ...]

    @property
    def scale(self) -> tuple[float, float]:
        scores = [score for score, _label in self.labels]
        return float(min(scores)), float(max(scores))

    def fields(self, asked: AskedTrial) -> tuple[AnswerField, ...]:
        choices = tuple(
            Choice(str(score), str(label), float(score), str(number))
            for number, (score, label) in enumerate(self.labels, start=1)
        )
        return (AnswerField(NAME, str(self.prompt), choices=choices),)

    def answers(self, asked: AskedTrial, values: Mapping[str, str]) -> dict[int, Answer]:
        (field,) = self.fields(asked)
        choice = field.chosen(values)
        (sample,) = (sound for sound in asked.sounds if sound.role == Role.SAMPLE)
        sign = 1 if sample.position == asked.sounds[1].position else -1
        return {sample.position: Answer(choice.value, sign * (choice.score or 0.0))}

    def answered_by(self, asked: AskedTrial, impressions: Mapping[int, Impression]) -> dict[str, str]:
        first, second = (impressions[sound.position].quality for sound in asked.sounds)
        (field,) = self.fields(asked)
        return {NAME: min(field.choices, key=lambda choice: abs((choice.score or 0.0) - (second - first))).value}


@dataclass(frozen=True)
class Prefer:
    """Which of two sounds is preferred; with `tie_label`, neither may be. Both are scored: 1, 0, or a half each."""

    prompt: Text
    tie_label: Text = ""

    scale = (0.0, 1.0)
    TIE = "no preference"

    def fields(self, asked: AskedTrial) -> tuple[AnswerField, ...]:
        choices = [Choice(sound.name, sound.name, key=sound.name.lower()) for sound in asked.rated]
        if self.tie_label:
            choices.append(Choice(self.TIE, str(self.tie_label), key="0"))
        return (AnswerField(NAME, str(self.prompt), choices=tuple(choices)),)

    def answers(self, asked: AskedTrial, values: Mapping[str, str]) -> dict[int, Answer]:
        (field,) = self.fields(asked)
        value = field.chosen(values).value
        if value == self.TIE:
            return {sound.position: Answer(self.TIE, 0.5) for sound in asked.rated}
        return {
            sound.position: Answer("preferred" if sound.name == value else "not preferred", float(sound.name == value))
            for sound in asked.rated
        }

    def answered_by(self, asked: AskedTrial, impressions: Mapping[int, Impression]) -> dict[str, str]:
        best, other = sorted(asked.rated, key=lambda sound: -impressions[sound.position].quality)
        difference = impressions[best.position].quality - impressions[other.position].quality
        return {NAME: self.TIE if self.tie_label and difference < NOTICEABLE else best.name}


@dataclass(frozen=True)
class MatchX:
    """ABX: which of the first two sounds the last one is. The last one is scored: 1 if right."""

    prompt: Text

    scale = (0.0, 1.0)

    def fields(self, asked: AskedTrial) -> tuple[AnswerField, ...]:
        choices = tuple(Choice(sound.name, sound.name, key=sound.name.lower()) for sound in asked.sounds[:-1])
        return (AnswerField(NAME, str(self.prompt), choices=choices),)

    def answers(self, asked: AskedTrial, values: Mapping[str, str]) -> dict[int, Answer]:
        (field,) = self.fields(asked)
        value = field.chosen(values).value
        (named,) = (sound for sound in asked.sounds[:-1] if sound.name == value)
        last = asked.sounds[-1]
        return {last.position: Answer(value, float(named.stimulus == last.stimulus))}

    def answered_by(self, asked: AskedTrial, impressions: Mapping[int, Impression]) -> dict[str, str]:
        last = impressions[asked.sounds[-1].position].quality
        nearest = min(asked.sounds[:-1], key=lambda sound: abs(impressions[sound.position].quality - last))
        return {NAME: nearest.name}


@dataclass(frozen=True)
class BestAndWorst:
    """Best–worst scaling: the best and the worst of several sounds. Scored 1 and -1, the others 0."""

    prompt: Text
    best_prompt: Text
    worst_prompt: Text

    scale = (-1.0, 1.0)
    BEST, WORST = "best", "worst"

    def fields(self, asked: AskedTrial) -> tuple[AnswerField, ...]:
        choices = tuple(Choice(sound.name, sound.name) for sound in asked.rated)
        return (
            AnswerField(self.BEST, str(self.best_prompt), choices=choices),
            AnswerField(self.WORST, str(self.worst_prompt), choices=choices),
        )

    def answers(self, asked: AskedTrial, values: Mapping[str, str]) -> dict[int, Answer]:
        best, worst = (field.chosen(values).value for field in self.fields(asked))
        if best == worst:
            raise AnswerIsNotOnOffer("The best and the worst must be two different sounds: change one of them.")
        stored = {best: Answer(self.BEST, 1.0), worst: Answer(self.WORST, -1.0)}
        return {sound.position: stored.get(sound.name, Answer("neither", 0.0)) for sound in asked.rated}

    def answered_by(self, asked: AskedTrial, impressions: Mapping[int, Impression]) -> dict[str, str]:
        order = sorted(asked.rated, key=lambda sound: impressions[sound.position].quality)
        return {self.BEST: order[-1].name, self.WORST: order[0].name}
