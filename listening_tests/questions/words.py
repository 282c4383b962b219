"""Questions that ask for the word."""

import random
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
    Widget,
    field_name,
)

LONGEST = 100


@dataclass(frozen=True)
class ChooseWord:
    """Closed-set identification: the block's words, in alphabetical or each listener's own order, and a way out."""

    prompt: Text
    none_label: Text

    NONE = "none of these"
    scale = (None, None)

    def fields(self, asked: AskedTrial) -> tuple[AnswerField, ...]:
        words = sorted(asked.labels)
        if asked.order_seed is not None:
            random.Random(asked.order_seed).shuffle(words)
        choices = [Choice(word, word, key=word[0].lower()) for word in words]
        choices.append(Choice(self.NONE, str(self.none_label), key="0"))
        sound = asked.rated[0].position
        return (AnswerField(field_name(sound), str(self.prompt), choices=tuple(choices), sound=sound),)

    def answers(self, asked: AskedTrial, values: Mapping[str, str]) -> dict[int, Answer]:
        (field,) = self.fields(asked)
        return {asked.rated[0].position: Answer(field.chosen(values).value)}

    def answered_by(self, asked: AskedTrial, impressions: Mapping[int, Impression]) -> dict[str, str]:
        sound = asked.rated[0].position
        word = impressions[sound].word
        return {field_name(sound): word if word in asked.labels else self.NONE}


@dataclass(frozen=True)
class TypeWord:
    """Open-set identification: the listener types what they heard."""

    prompt: Text

    scale = (None, None)
    NOTHING = "?"

    def fields(self, asked: AskedTrial) -> tuple[AnswerField, ...]:
        sound = asked.rated[0].position
        return (AnswerField(field_name(sound), str(self.prompt), Widget.TEXT, sound=sound, high=LONGEST),)

    def answers(self, asked: AskedTrial, values: Mapping[str, str]) -> dict[int, Answer]:
        sound = asked.rated[0].position
        typed = values.get(field_name(sound), "").strip()
        if not typed or len(typed) > LONGEST or "\x00" in typed:
            raise AnswerIsNotOnOffer(f"Type what you heard, in at most {LONGEST} letters; a question mark if nothing.")
        return {sound: Answer(typed)}

    def answered_by(self, asked: AskedTrial, impressions: Mapping[int, Impression]) -> dict[str, str]:
        sound = asked.rated[0].position
        return {field_name(sound): impressions[sound].word or self.NOTHING}


@dataclass(frozen=True)
class VerifyWord:
    """Word verification: a word is shown, and the listener says whether the sound was that word.

    Which word is shown, the intended one or another, is the trial's `probe`. `prompt` holds %(word)s.
    """

    prompt: Text
    yes_label: Text
    no_label: Text

    scale = (None, None)
    YES, NO = "yes", "no"

    def fields(self, asked: AskedTrial) -> tuple[AnswerField, ...]:
        choices = (Choice(self.YES, str(self.yes_label), key="1"), Choice(self.NO, str(self.no_label), key="2"))
        sound = asked.rated[0].position
        prompt = str(self.prompt) % {"word": asked.probe}
        return (AnswerField(field_name(sound), prompt, choices=choices, sound=sound),)

    def answers(self, asked: AskedTrial, values: Mapping[str, str]) -> dict[int, Answer]:
        (field,) = self.fields(asked)
        return {asked.rated[0].position: Answer(field.chosen(values).value)}

    def answered_by(self, asked: AskedTrial, impressions: Mapping[int, Impression]) -> dict[str, str]:
        sound = asked.rated[0].position
        return {field_name(sound): self.YES if impressions[sound].word == asked.probe else self.NO}
