import random
from collections.abc import Sequence
from typing import ClassVar, Literal, Self

from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from listening_tests.checks.items import AnsweredItem, AskedItem, Facts
from listening_tests.checks.kinds import Kind
from listening_tests.questions import AnswerField, Choice
from listening_tests.screening import Finding, ListeningCheck, enough_right
from listening_tests.study_file.networks import Section


class ComprehensionQuestion(Section):
    """A question about the instructions."""

    ask: str = Field(min_length=1, max_length=500, description="The question, as listeners read it.")
    choices: list[str] = Field(min_length=2, max_length=10, description="The answers on offer.")
    right: str = Field(description="The right one of them.")

    @model_validator(mode="after")
    def _right_is_on_offer(self) -> Self:
        if self.right not in self.choices:
            raise ValueError(f"the right answer {self.right!r} is not among the choices: add it there")
        return self


class Comprehension(ListeningCheck):
    """Questions about the instructions, at the beginning. Whoever fails all attempts is asked to return the study."""

    title: ClassVar = _("A few questions about the instructions")
    kind: ClassVar = Kind.COMPREHENSION
    citation: ClassVar = "Prolific's attention and comprehension check policy"
    steps: ClassVar = (_("Please read what you will be asked to do, then answer these questions about it."),)
    try_again: ClassVar = _("Not all answers were right. Please read the instructions again, then try once more.")
    is_one_page: ClassVar = True

    check: Literal["comprehension"] = "comprehension"
    instructions: str = Field(
        "", max_length=5000, description="What listeners read above the questions, to be asked about."
    )
    questions: list[ComprehensionQuestion] = Field(min_length=1, max_length=20)
    attempts: int = Field(2, ge=1, le=20, description="How often it may be tried; at least twice.")

    def items(self, dice: random.Random) -> list[Facts]:
        numbers = list(range(len(self.questions)))
        dice.shuffle(numbers)
        return [{"question": number, "right": self.questions[number].right} for number in numbers]

    def ask(self, facts: Facts) -> AskedItem:
        question = self.questions[facts["question"]]
        choices = tuple(Choice(choice, choice) for choice in question.choices)
        return AskedItem(AnswerField("answer", question.ask, choices=choices))

    def evaluate(self, items: Sequence[AnsweredItem]) -> Finding:
        return enough_right(items, len(items))
