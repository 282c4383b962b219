"""The pages of questionnaires, and a rest between trials."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from listening_tests.actions.questionnaires import submit_questionnaire
from listening_tests.questionnaires import pending_questionnaire
from listening_tests.states import SessionState
from listening_tests.study_file.questionnaires import QuestionnaireSection, QuestionSection
from listening_tests.views.listener_page import listener_page, session_of_page

LONGEST_TEXT = 2000
MISSING = _("Please answer this question, then go on.")


class QuestionnaireForm(forms.Form):
    """A questionnaire's questions, each under its own name."""

    def __init__(self, section: QuestionnaireSection, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["questionnaire"] = forms.CharField(widget=forms.HiddenInput, initial=section.name)
        for question in section.questions:
            self.fields[f"question-{question.name}"] = _field(question)

    def answers(self) -> dict[str, str]:
        """Return each question's answer, empty where it was left out."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "questionnaire"}
        return {name.removeprefix("question-"): "" if value is None else str(value) for name, value in given.items()}


@require_http_methods(["GET", "HEAD", "POST"])
@listener_page
def questionnaire(request: HttpRequest, session_key: str) -> HttpResponse:
    """Ask the questionnaire that comes next, or store its answers and go on."""
    session = session_of_page(session_key)
    section = pending_questionnaire(session) if session.state == SessionState.LISTENING else None
    # Of a page that was sent twice, the second sending is of a questionnaire that is answered.
    if section is None or request.POST.get("questionnaire", section.name) != section.name:
        return redirect("session", session.key)
    form = QuestionnaireForm(section, request.POST or None)
    if form.is_valid():
        now = timezone.now()
        submit_questionnaire(session=session, questionnaire=section.name, answers=form.answers(), now=now)
        return redirect("session", session.key)
    page = {"session": session, "section": section, "form": form}
    return render(request, "listening_tests/listener/questionnaire.html", page, status=400 if form.errors else 200)


def _field(question: QuestionSection) -> forms.Field:
    told = {"label": question.prompt, "required": question.required, "error_messages": {"required": MISSING}}
    if question.kind == "choice":
        choices = [(choice, choice) for choice in question.choices or []]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **told)  # type: ignore[arg-type]
    if question.kind == "number":
        return forms.FloatField(**told)  # type: ignore[arg-type]
    area = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(max_length=LONGEST_TEXT, widget=area, **told)  # type: ignore[arg-type]
