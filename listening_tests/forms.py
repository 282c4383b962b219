"""What listeners fill in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from listening_tests.evidence import read_evidence
from listening_tests.models import Presentation, Trial
from listening_tests.questions import Choice, ChooseWord
from listening_tests.sound_check import BEEP_COUNTS


class ConsentForm(forms.Form):
    agree = forms.BooleanField(
        label="I am 18 or older, I have read this page, and I agree to take part.",
        error_messages={"required": "To begin, please tick the box: we may only ask those who agree."},
    )


class SoundCheckForm(forms.Form):
    """How many beeps a listener heard in one attempt."""

    attempt = forms.CharField(max_length=40, widget=forms.HiddenInput)
    heard = forms.TypedChoiceField(
        choices=[(count, str(count)) for count in BEEP_COUNTS],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose how many beeps you heard."},
    )


@dataclass(frozen=True)
class OfferedChoice:
    """An answer on offer as it is shown; `key` is the key that picks it."""

    value: str
    label: str
    key: str
    is_chosen: bool


@dataclass(frozen=True)
class AskedQuestion:
    """A question on one sound of a trial."""

    name: str
    prompt: str
    presentation: Presentation
    choices: list[OfferedChoice]
    errors: list[str]


class TrialForm(forms.Form):
    """A listener's answers to one trial, one for each of its sounds.

    `sound` is the address part of the trial's first sound: it names the trial without saying anything of it.
    """

    sound = forms.CharField(max_length=40, widget=forms.HiddenInput)
    evidence = forms.CharField(required=False, max_length=50_000, widget=forms.HiddenInput)

    def __init__(self, trial: Trial, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.question = trial.block.test_method.question
        self.offered = self.question.choices(trial.block.labels)
        self.presentations = {f"answer-{each.position}": each for each in trial.presentations.order_by("position")}
        for name in self.presentations:
            self.fields[name] = forms.ChoiceField(
                label=self.question.prompt,
                choices=[(choice.value, choice.label) for choice in self.offered],
                widget=forms.RadioSelect,
                error_messages={"required": "Please choose one answer, then go on."},
            )

    def answers(self) -> dict[int, str]:
        """Return the chosen value for each presentation's position."""
        return {each.position: self.cleaned_data[name] for name, each in self.presentations.items()}

    def reported(self) -> dict[str, Any]:
        """Return what the browser reported."""
        return read_evidence(self.cleaned_data["evidence"])

    def questions(self) -> Iterator[AskedQuestion]:
        """Yield what the page asks, sound by sound."""
        for name, presentation in self.presentations.items():
            chosen = self[name].value()
            choices = [
                OfferedChoice(choice.value, choice.label, self._key(choice), choice.value == chosen)
                for choice in self.offered
            ]
            yield AskedQuestion(
                name, self.question.prompt, presentation, choices, [str(error) for error in self[name].errors]
            )

    def _key(self, choice: Choice) -> str:
        """Return the key that picks a choice: a scale value's digit, a word's first letter, 0 for no word."""
        if isinstance(self.question, ChooseWord):
            return "0" if choice.value == ChooseWord.NONE else choice.label[0].lower()
        return choice.value
