"""Planning a study, for researchers."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analysis.plan_answer import answered_plan
from analysis.plan_form import WORDS, PlanForm
from analysis.records import Answered, answered_in, pilot_of_record, record_of
from listening_tests.models import Study
from listening_tests.recruitment.prolific import Prolific
from listening_tests.recruitment.prolific.costs import pay_per_hour
from listening_tests.study_file.recruitment import recruiter_of

if TYPE_CHECKING:
    from analysis.engine.planning.pilot import Pilot
    from analysis.engine.record import StudyRecord

# Simulated studies of a design, and ratings that all simulations of a page draw together: about a second's work.
STUDIES, RATINGS = 400, 8_000_000
GROUPS = {
    "What is asked": ("task", "study", "listeners", "stimuli", "systems", "trials_per_listener"),
    "What it should find": ("difference", "half_width", "power", "level", "matched", "share"),
    "Time and money": ("seconds_per_trial", "minutes_beside", "pay_per_hour", "fee_percent", "vat_percent", "currency"),
}


class PlanPageForm(PlanForm):
    """A plan with the study whose ratings are its pilot."""

    def __init__(self, *args: Any, studies: list[tuple[str, str]], **fields: Any) -> None:
        super().__init__(*args, **fields)
        self.fields["study"] = forms.ChoiceField(
            label="Variances",
            required=False,
            choices=[("", "the usual ones"), *studies],
            help_text="A study that has been answered, as the pilot.",
        )

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields under their headings."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS.items()]


@login_required
@require_safe
def planning(request: HttpRequest) -> HttpResponse:
    """Show designs of a study with what each finds and takes, for what the form says."""
    from analysis.engine.columns import RatingsFrameIsWrong
    from analysis.engine.excluding import ExclusionIsUnknown
    from analysis.engine.planning.designs import DesignIsImpossible
    from analysis.engine.planning.pilot import PilotTellsTooLittle
    from analysis.engine.ratings import NoRatings

    study = Study.objects.exclude(opened_at=None).filter(slug=request.GET.get("study", "")).first()
    record = _record(study) if study else None
    given = request.GET.dict()
    begun = {} if study is None or record is None or "task" in given else _terms(study, record)
    form = PlanPageForm({**PlanForm.initial_values(), **begun, **given}, studies=_pilots())
    context: dict[str, Any] = {"form": form, "facts": record.facts if record else None}
    if form.is_valid():
        try:
            pilot = pilot_of_record(record, form.cleaned_data["task"] == WORDS) if record else None
            context["answer"] = _answer(form, pilot, study.title if study else "")
        except (ExclusionIsUnknown, NoRatings, PilotTellsTooLittle, RatingsFrameIsWrong) as error:
            form.add_error("study", str(error))
        except DesignIsImpossible as error:
            form.add_error(None, str(error))
    return render(request, "analysis/planning.html", context, status=400 if form.errors else 200)


def _pilots() -> list[tuple[str, str]]:
    """Return the studies that somebody has answered, newest first."""
    opened = Study.objects.exclude(opened_at=None).order_by("-created_at", "-pk")
    answered = answered_in(opened)
    return [(study.slug, study.title) for study in opened if study.pk in answered]


def _record(study: Study) -> "StudyRecord":
    return record_of(study, answered_in([study]).get(study.pk, Answered()).shown_first)


def _terms(study: Study, record: "StudyRecord") -> dict[str, Any]:
    """Return what a study says of itself: its systems, its listeners' pace, and what its service is paid."""
    seconds = record.ratings["response_seconds"].median()
    terms: dict[str, Any] = {"systems": max(1, len(record.system_titles))}
    if seconds >= 0.5:
        terms["seconds_per_trial"] = round(float(seconds), 1)
    recruiter = recruiter_of(study.protocol)
    if isinstance(recruiter, Prolific):
        minutes = study.protocol["listeners"]["minutes"]
        terms["pay_per_hour"] = pay_per_hour(reward=recruiter.reward, minutes=minutes) / 100
        terms |= {"fee_percent": recruiter.fee_percent, "currency": recruiter.currency}
    return terms


def _answer(form: PlanForm, pilot: "Pilot | None", name: str) -> Any:
    asked = form.cleaned_data
    simulations = len(asked["listeners"]) * len(asked["stimuli"]) + 2 * len(asked["stimuli"]) + 1
    plan = form.plan(pilot, studies=STUDIES, most_ratings=RATINGS // simulations)
    return answered_plan(plan, pilot, f"“{name}”", is_searched=False)
