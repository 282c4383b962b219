"""What listeners fill in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from listening_tests.asked_trials import asked_fields
from listening_tests.consent_tokens import ConsentTokenIsForged, kept_part
from listening_tests.evidence import read_evidence
from listening_tests.models import Presentation, Study, Trial
from listening_tests.questions import AnswerField, Widget
from listening_tests.recruiter import Arrival

PAGE_IS_NOT_OURS = _("This page could not be told from an old or a foreign one, so nothing has begun: agree once more.")


class ConsentForm(forms.Form):
    """Agreeing to a study. `token` tells pages apart, so that what is sent twice counts once."""

    token = forms.CharField(widget=forms.HiddenInput, error_messages={"required": PAGE_IS_NOT_OURS})
    agree = forms.BooleanField(
        label=_("I am 18 or older, I have read this page, and I agree to take part."),
        error_messages={"required": _("To begin, please tick the box: we may only ask those who agree.")},
    )

    def __init__(self, study: Study, arrival: Arrival | None, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self._study, self._arrival = study, arrival

    def clean_token(self) -> str:
        """Return what the session keeps of the token."""
        try:
            return kept_part(self.cleaned_data["token"], self._study, self._arrival)
        except ConsentTokenIsForged as forged:
            raise forms.ValidationError(PAGE_IS_NOT_OURS) from forged


@dataclass(frozen=True)
class AskedQuestion:
    """A field of a trial's page, the sound it is asked of, if it is one, what was given and what is wrong with that."""

    field: AnswerField
    sound: Presentation | None
    value: str
    errors: list[str]


class TrialForm(forms.Form):
    """A listener's answers to one trial.

    `sound` is the address part of the trial's first sound: it names the trial without saying anything of it.
    """

    sound = forms.CharField(max_length=40, widget=forms.HiddenInput)
    evidence = forms.CharField(required=False, max_length=50_000, widget=forms.HiddenInput)

    def __init__(self, trial: Trial, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.presentations = list(trial.presentations.select_related("stimulus").order_by("position"))
        self.asked = asked_fields(trial, self.presentations)
        for field in self.asked:
            self.fields[field.name] = _form_field(field)

    def answers(self) -> dict[str, str]:
        """Return what was given in each of the question's fields."""
        return {field.name: str(self.cleaned_data[field.name]) for field in self.asked}

    def reported(self) -> dict[str, Any]:
        """Return what the browser reported."""
        return read_evidence(self.cleaned_data["evidence"])

    def questions(self) -> Iterator[AskedQuestion]:
        """Yield what the page asks, field by field."""
        for field in self.asked:
            errors = [str(error) for error in self[field.name].errors]
            sound = None if field.sound is None else self.presentations[field.sound]
            yield AskedQuestion(field, sound, self[field.name].value() or "", errors)


def _form_field(field: AnswerField) -> forms.Field:
    if field.widget == Widget.CHOICES:
        return forms.ChoiceField(
            label=field.prompt,
            choices=[(choice.value, choice.label) for choice in field.choices],
            widget=forms.RadioSelect,
            error_messages={"required": _("Please choose one answer, then go on.")},
        )
    if field.widget == Widget.SLIDER:
        return forms.IntegerField(
            label=field.prompt,
            min_value=field.low,
            max_value=field.high,
            error_messages={"required": _("Please rate every sound, then go on.")},
        )
    return forms.CharField(
        label=field.prompt,
        max_length=field.high,
        error_messages={"required": _("Please type what you heard, or a question mark if you heard nothing.")},
    )
