"""How a study's recruitment stands, for researchers."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from django.db.models import F
from django.utils import timezone

from listening_tests.actions.recruitment_outcomes import (
    failed_attention_checks,
    minutes_of,
    n_skipped,
    n_trials,
    outcome_of,
)
from listening_tests.checks.policy import failures_needed
from listening_tests.models import Identity, Recruitment, Session, Study, Submission
from listening_tests.recruiter import Outcome
from listening_tests.recruitment.prolific import Prolific
from listening_tests.recruitment.prolific.costs import LEAST_PER_HOUR, Costs, costs, pay_per_hour
from listening_tests.recruitment.prolific.submission_states import SubmissionState
from listening_tests.states import SessionState
from listening_tests.study_file.recruitment import recruiter_of


@dataclass(frozen=True)
class CostPreview:
    """What a study on Prolific costs at the most, and what an hour of it pays. Amounts are in pounds or dollars."""

    currency: str
    parts: dict[str, float]
    total: float
    per_hour: float
    least_per_hour: float
    measured_minutes: float | None
    measured_per_hour: float | None

    @property
    def pays_enough(self) -> bool:
        return self.per_hour >= self.least_per_hour


@dataclass(frozen=True)
class SubmissionRow:
    """A submission with what its session came to."""

    submission: Submission
    outcome: str
    n_failed: int
    may_be_rejected: bool

    @property
    def awaits_review(self) -> bool:
        return self.submission.state == SubmissionState.AWAITING_REVIEW


def recruitment_overview(study: Study) -> dict[str, Any]:
    """Return what the page tells of the service, its codes and its costs."""
    recruiter = recruiter_of(study.protocol)
    kept = Recruitment.objects.filter(study=study).first()
    return {
        "recruiter": recruiter,
        "recruitment": kept,
        # PostgreSQL keeps no order of keys.
        "codes": {outcome.label: kept.codes[outcome] for outcome in Outcome if outcome in kept.codes} if kept else {},
        "costs": cost_preview(study, recruiter) if isinstance(recruiter, Prolific) else None,
        "n_ids": Identity.objects.filter(study=study).exclude(person="").count(),
        "look_is_late": kept is not None and kept.look_is_late(timezone.now()),
        "people": [] if recruiter.has_connection else people(study),
    }


def people(study: Study) -> list[tuple[str, str]]:
    """Return whom there is to be paid by hand: each id of a service that we do not speak with, and how it went."""
    sessions = Session.objects.filter(study=study, listener__identity__isnull=False)
    rows = sessions.select_related("study", "listener__identity").prefetch_related("verdicts").order_by("pk")
    outcomes = [(session.listener.identity.person, outcome_of(session)) for session in rows]
    return [(person, outcome.label) for person, outcome in outcomes if person and outcome]


def cost_preview(study: Study, recruiter: Prolific) -> CostPreview:
    """Return what the study costs at the most, and what it pays by the declared and by the measured time."""
    most, measured = _costs(recruiter), _measured_minutes(study)
    named = {
        f"{recruiter.places} places at {recruiter.reward / 100:.2f}": most.rewards,
        f"{recruiter.extra_places} places that may be added": most.extra_rewards,
        f"{recruiter.screen_outs} screened out at {recruiter.screen_out_reward / 100:.2f}": most.screen_outs,
        "Bonuses": most.bonuses,
        f"Prolific’s fee of {recruiter.fee_percent:g} %": most.fees,
    }
    return CostPreview(
        currency=recruiter.currency,
        parts={name: amount / 100 for name, amount in named.items() if amount},
        total=most.total / 100,
        per_hour=pay_per_hour(reward=recruiter.reward, minutes=minutes_of(study)) / 100,
        least_per_hour=LEAST_PER_HOUR[recruiter.currency] / 100,
        measured_minutes=measured,
        measured_per_hour=pay_per_hour(reward=recruiter.reward, minutes=measured) / 100 if measured else None,
    )


def submission_rows(study: Study) -> list[SubmissionRow]:
    """Return all submissions of a study, those that await a review first."""
    submissions = study.submissions.order_by("-state_at", "pk")
    sessions = {
        session.listener.identity.submission: session
        for session in Session.objects.filter(study=study, listener__identity__isnull=False)
        .select_related("study", "listener__identity")
        .prefetch_related("verdicts", "trials")
    }
    needed = failures_needed(minutes_of(study))
    rows = [_row(each, sessions.get(each.submission), needed) for each in submissions]
    return sorted(rows, key=lambda row: not row.awaits_review)


def _row(submission: Submission, session: Session | None, needed: int) -> SubmissionRow:
    if session is None:
        return SubmissionRow(submission, "never began here", 0, False)
    outcome, n_failed = outcome_of(session), failed_attention_checks(session)
    here = str(outcome.label) if outcome else session.state
    if skipped := n_skipped(session):
        here = f"{here}, {skipped} of {n_trials(session)} trials skipped"
    return SubmissionRow(submission, here, n_failed, n_failed >= needed)


def _costs(recruiter: Prolific) -> Costs:
    return costs(
        places=recruiter.places,
        extra_places=recruiter.extra_places,
        reward=recruiter.reward,
        screen_outs=recruiter.screen_outs,
        screen_out_reward=recruiter.screen_out_reward,
        bonus_budget=recruiter.bonus_budget,
        fee_percent=recruiter.fee_percent,
    )


def _measured_minutes(study: Study) -> float | None:
    """Return how long half of the real listeners took at the most, if any has completed it."""
    completed = study.sessions.of(is_simulated=False).filter(state=SessionState.COMPLETED)
    durations = completed.annotate(took=F("completed_at") - F("consented_at")).values_list("took", flat=True)
    minutes = [took / timedelta(minutes=1) for took in durations]
    return max(median(minutes), 0.1) if minutes else None
