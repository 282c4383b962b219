"""What checks found of a session, and what follows from it."""

from datetime import datetime

from django.db import transaction

from listening_tests.actions.recruitment_looks import ask_for_look
from listening_tests.checks.kinds import Consequence
from listening_tests.checks.recorded_session import record_of
from listening_tests.models import Session, Verdict
from listening_tests.screening import Finding, RecordedScreening, Screening
from listening_tests.study_file.screenings import screenings_of


def findings(session: Session) -> dict[str, Finding]:
    """Return what each rule and each check inside a block says of a session's record, by its slug.

    It depends on nothing but the record and the protocol, so asking again gives the same.
    """
    recorded = _recorded_screenings(session)
    record = record_of(session) if recorded else []
    return {screening.slug(): screening.evaluate(record) for screening in recorded}


@transaction.atomic
def judge_record(*, session: Session, now: datetime) -> None:
    """Store a verdict of every screening that decides by what was recorded; verdicts that are there stay."""
    found = findings(session)
    for screening in _recorded_screenings(session):
        store_verdict(session=session, screening=screening, finding=found[screening.slug()], now=now)


@transaction.atomic
def store_verdict(*, session: Session, screening: Screening, finding: Finding, now: datetime) -> Verdict:
    """Store what a screening found, and exclude the session if that follows; the first verdict stays."""
    verdict, _is_new = Verdict.objects.get_or_create(
        session=session,
        check_slug=screening.slug(),
        defaults={
            "kind": screening.kind,
            "has_passed": finding.has_passed,
            "consequence": screening.consequence,
            "detail": finding.detail,
            "decided_at": now,
        },
    )
    if not verdict.has_passed and verdict.consequence != Consequence.NOTE:
        exclude_session(session=session, exclusion=screening.slug(), now=now)
    return verdict


def exclude_session(*, session: Session, exclusion: str, now: datetime) -> None:
    """Take a session's ratings out of all quotas, so that its places are open again; the first reason stays.

    A recruitment service that has paused for want of places goes on.
    """
    if Session.objects.filter(pk=session.pk, excluded_at=None).update(excluded_at=now, exclusion=exclusion):
        session.excluded_at, session.exclusion = now, exclusion
        ask_for_look(study=session.study, now=now)


def _recorded_screenings(session: Session) -> list[RecordedScreening]:
    recorded = [each for each in screenings_of(session.study.protocol) if isinstance(each, RecordedScreening)]
    return [each for each in recorded if not (each.is_about_time and session.listener.is_simulated)]
