"""What was recorded is judged when the session ends: stored once, the same whenever it is asked again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from listening_tests.actions.sessions import check_takes_listeners
from listening_tests.actions.verdicts import exclude_session, findings, judge_record
from listening_tests.checks.recorded_session import record_of
from listening_tests.models import Stimulus, Trial, Verdict
from listening_tests.reservations import offer
from tests import factories

pytestmark = pytest.mark.django_db

TOO_FAST = {"check": "too_fast", "fails_at": 1}


def listen(*screenings, seconds=1.0, took=5.0):
    """Return a completed session: sounds of `seconds`, every answer `took` seconds after its page."""
    study = factories.make_open_study(protocol={"screenings": list(screenings)}, methods=["acr"], seconds=seconds)
    session = factories.make_session(study=study)
    shown_at = timezone.now()
    while trial := session.next_trial():
        trial.first_shown_at = shown_at
        trial.save()
        factories.answer_trials(session, n_trials=1, now=shown_at + timedelta(seconds=took))
    session.refresh_from_db()
    return session


def test_a_session_is_judged_when_it_ends():
    session = listen({**TOO_FAST, "consequence": "note"}, {"check": "hidden_tab"})

    verdicts = {verdict.check_slug: verdict.has_passed for verdict in session.verdicts.all()}
    assert verdicts == {"too_fast": True, "hidden_tab": True}
    assert session.excluded_at is None


def test_answers_before_the_sounds_could_end_exclude_the_session_and_reopen_its_places():
    session = listen(TOO_FAST, seconds=1.0, took=0.5)

    (verdict,) = session.verdicts.all()
    assert verdict.detail["n_too_fast"] == session.trials.count()
    assert session.exclusion == "too_fast"
    offered = offer(session.study, is_simulated=False, now=timezone.now())
    assert {candidate.count for candidates in offered.values() for candidate in candidates} == {0}


def test_a_failed_rule_that_is_only_noted_excludes_nobody():
    session = listen({**TOO_FAST, "consequence": "note"}, took=0.5)

    assert not session.verdicts.get().has_passed
    assert session.excluded_at is None


def test_judging_again_changes_nothing():
    session = listen(TOO_FAST, took=0.5)
    before = list(Verdict.objects.values())

    judge_record(session=session, now=timezone.now() + timedelta(days=1))

    assert list(Verdict.objects.values()) == before


def test_what_was_found_can_be_found_again_from_the_record():
    session = listen(TOO_FAST, {"check": "straight_lining", "longest_run": 3}, took=0.5)

    again = findings(session)

    stored = {verdict.check_slug: (verdict.has_passed, verdict.detail) for verdict in session.verdicts.all()}
    assert {slug: (found.has_passed, found.detail) for slug, found in again.items()} == stored


def test_the_first_reason_to_exclude_stays():
    session = listen(TOO_FAST, took=0.5)

    exclude_session(session=session, exclusion="by hand", now=timezone.now())

    session.refresh_from_db()
    assert session.exclusion == "too_fast"


def test_reading_a_record_takes_few_queries(django_assert_max_num_queries):
    session = listen(TOO_FAST)

    with django_assert_max_num_queries(7):
        findings(session)


def test_simulated_listeners_who_take_no_time_are_not_judged_by_it():
    study = factories.make_open_study(protocol={"screenings": [TOO_FAST, {"check": "hidden_tab"}]}, seconds=1.0)
    session = factories.make_session(study=study, is_simulated=True)

    factories.answer_trials(session)

    session.refresh_from_db()
    assert session.excluded_at is None
    assert set(session.verdicts.values_list("check_slug", flat=True)) == {"hidden_tab"}


def test_an_excluded_listener_takes_no_place_among_the_studys_listeners():
    session = listen(TOO_FAST, took=0.5)
    study = session.study
    study.protocol["listeners"] = {"maximum": 1}
    study.save()

    assert check_takes_listeners(study=study, now=timezone.now())


def test_time_out_of_sight_counts_while_a_sound_played():
    session = listen({"check": "hidden_tab", "fails_at": 2, "seconds": 1})
    first, second, *_rest = session.trials.order_by("position")

    for trial, evidence in ((first, {"hidden_seconds": 60}), (second, {"hidden_while_playing_seconds": 2})):
        Trial.objects.filter(pk=trial.pk).update(evidence=evidence)

    assert findings(session)["hidden_tab"].detail["hidden"] == [second.position]


@pytest.mark.parametrize(
    ("method", "plays", "seconds"), [("acr", 1, 0.5), ("acr", 3, 1.5), ("ab", 1, 1), ("mushra", 2, 1)]
)
def test_a_trial_takes_as_long_as_its_sounds_as_often_as_they_must_be_heard(method, plays, seconds):
    """A pair is heard one after the other; sounds that are switched between play side by side."""
    block = {"settings": {"minimum_plays": plays}}
    session = factories.make_session(
        study=factories.make_open_study(methods=[method], seconds=0.5, block=block, protocol={"screenings": []})
    )
    Stimulus.objects.update(seconds=0.5)

    factories.answer_trials(session, n_trials=1)

    assert record_of(session)[0].sound_seconds == seconds
