"""From a study file to a study, on pages."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Researcher
from listening_tests.actions.building import StudyHasAnotherProtocol, register_study
from listening_tests.actions.preparing import PreparationFailed, prepare
from listening_tests.models import Study
from listening_tests.study_file.reading import StudyFileIsWrong, parse_study_file
from listening_tests.study_file.schema import StudyFile

EXAMPLE = settings.BASE_DIR / "studies" / "demo.yaml"


class StudyFileForm(forms.Form):
    """A study file, as text; what was typed stays when something is wrong with it."""

    text = forms.CharField(
        label="Study file (YAML)",
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "study-file", "wrap": "off"}),
        max_length=100_000,
    )

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        try:
            self.study_file: StudyFile = parse_study_file(text, name="the study file")
        except StudyFileIsWrong as error:
            raise forms.ValidationError(str(error).splitlines()) from error
        return text


@login_required
@require_http_methods(["GET", "POST"])
def study_new(request: HttpRequest) -> HttpResponse:
    """Show a form for a study file, and register the study it describes."""
    form = StudyFileForm(request.POST or None, initial={"text": EXAMPLE.read_text()})
    if form.is_valid():
        try:
            study = register_study(study_file=form.study_file, owner=_researcher(request))
            return redirect("study_detail", study.slug)
        except StudyHasAnotherProtocol as error:
            form.add_error("text", str(error))
    return render(request, "listening_tests/study_new.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_POST
def study_prepare(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for what the study needs next, and say what that is."""
    study = get_object_or_404(Study, slug=slug)
    try:
        step = prepare(study=study, requested_by=_researcher(request))[-1]
    except PreparationFailed as error:
        messages.error(request, str(error))
        return redirect("study_detail", slug)
    if step.is_done:
        messages.success(request, "Everything is made. The study can be opened.")
    else:
        messages.info(
            request, f"{step.title}: {len(step.jobs)} jobs are waiting or running; come back when they are done."
        )
    return redirect("study_detail", slug)


def _researcher(request: HttpRequest) -> Researcher:
    """Return who is logged in; `login_required` has seen to it that somebody is."""
    assert isinstance(request.user, Researcher)
    return request.user
