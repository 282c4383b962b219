import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from listening_tests.checks.items import AnsweredItem, AskedItem, Facts
from listening_tests.checks.kinds import Kind
from listening_tests.questions import AnswerField, Choice, Text
from listening_tests.screening import Finding, ListeningCheck


@dataclass(frozen=True)
class ReportQuestion:
    """A question about the listener: its answers on offer by the names that study files use."""

    ask: Text
    choices: dict[str, Text]


UNTOLD = "untold"
QUESTIONS = {
    "device": ReportQuestion(
        _("What are you listening with?"),
        {
            "in_ear": _("In-ear headphones"),
            "over_ear": _("Headphones on or over the ears"),
            "built_in": _("Loudspeakers built into the device"),
            "loudspeakers": _("Other loudspeakers"),
        },
    ),
    "hearing": ReportQuestion(
        _("How is your hearing?"),
        {
            "normal": _("Normal, as far as I know"),
            "impaired": _("Impaired, in one ear or in both"),
            UNTOLD: _("I would rather not say"),
        },
    ),
    "place": ReportQuestion(
        _("Where are you now?"),
        {
            "quiet": _("In a quiet place, undisturbed"),
            "some_noise": _("In a place with some noise"),
            "noisy": _("In a noisy place, or on the way"),
        },
    ),
    "working_area": ReportQuestion(
        _("Do you work in audio or in speech technology?"), {"no": _("No"), "yes": _("Yes")}
    ),
    "last_test": ReportQuestion(
        _("When did you last take part in a listening test?"),
        {
            "week": _("In the last seven days"),
            "month": _("In the last month"),
            "earlier": _("Longer ago"),
            "never": _("Never"),
        },
    ),
}
LANGUAGE = "language"
ANOTHER = "another"
ACCEPTED = {"device": ["in_ear", "over_ear"], "hearing": ["normal"], "place": ["quiet"], "working_area": ["no"]}


class SelfReport(ListeningCheck):
    """What listeners say of themselves: language, device, hearing, place, working area, earlier tests."""

    title: ClassVar = _("About you")
    kind: ClassVar = Kind.SELF_REPORT
    citation: ClassVar = "ITU-T P.808, qualification; Naderi and Cutler 2020"
    steps: ClassVar = (_("These questions decide who can take part in this study. Please answer as it is."),)
    try_again: ClassVar = _("Please check your answers.")
    is_one_page: ClassVar = True

    check: Literal["self_report"] = "self_report"
    languages: list[str] = Field(
        [], max_length=20, description="First languages that are accepted, as listeners read them; not asked if empty."
    )
    accept: dict[str, list[str]] = Field(
        ACCEPTED,
        description="For each question asked (device, hearing, place, working_area, last_test) the accepted answers.",
    )

    @model_validator(mode="after")
    def _knows_its_questions(self) -> Self:
        for name, accepted in self.accept.items():
            if name not in QUESTIONS:
                raise ValueError(f"accept names the question {name!r}: choose among {', '.join(QUESTIONS)}")
            unknown = sorted(set(accepted) - set(QUESTIONS[name].choices))
            if unknown or not accepted:
                offered = ", ".join(QUESTIONS[name].choices)
                raise ValueError(f"accept.{name} must list some of {offered} (found {', '.join(unknown) or 'none'})")
        if not self.accept and not self.languages:
            raise ValueError("it asks nothing: name languages, or questions in accept")
        return self

    def items(self, dice: random.Random) -> list[Facts]:
        asked: list[Facts] = [{"question": LANGUAGE, "right": self.languages}] if self.languages else []
        return asked + [{"question": name, "right": accepted} for name, accepted in self.accept.items()]

    def ask(self, facts: Facts) -> AskedItem:
        if facts["question"] == LANGUAGE:
            languages = tuple(Choice(language, language) for language in self.languages)
            choices = (*languages, Choice(ANOTHER, str(_("Another language"))))
            return AskedItem(AnswerField("answer", str(_("What is your first language?")), choices=choices))
        question = QUESTIONS[facts["question"]]
        choices = tuple(Choice(value, str(label)) for value, label in question.choices.items())
        return AskedItem(AnswerField("answer", str(question.ask), choices=choices))

    def is_right(self, facts: Facts, answer: str) -> bool:
        return bool(answer in facts["right"])

    def evaluate(self, items: Sequence[AnsweredItem]) -> Finding:
        refused = [item.facts["question"] for item in items if not item.is_right]
        return Finding(not refused, {"not_accepted": refused})

    def right_answer(self, facts: Facts) -> str:
        return str(facts["right"][0])
