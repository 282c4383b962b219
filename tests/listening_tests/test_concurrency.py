"""Many listeners at once: no place is given twice, no answer is stored twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from listening_tests.actions import sessions, trials
from listening_tests.models import Presentation, Rating, Session
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def all_at_once(calls):
    """Run the calls in threads, each with a connection of its own; return what they gave or raised."""

    def run(call):
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_of_sixteen_listeners_who_come_at_once_as_many_begin_as_there_are_places():
    study = factories.make_open_study(methods=["acr"], block={"ratings_per_stimulus": 4})

    outcomes = all_at_once([lambda: sessions.start_session(study=study, now=timezone.now())] * 16)

    kinds = Counter(type(outcome) for outcome in outcomes)
    assert kinds == {Session: 8, sessions.StudyIsFull: 8}
    counts = Counter(Presentation.objects.values_list("stimulus_id", flat=True))
    assert set(counts.values()) == {4}


def test_a_double_click_stores_one_answer():
    session = factories.make_session()
    trial = session.next_trial()

    def submit():
        trials.submit_trial(
            session=Session.objects.get(pk=session.pk),
            trial=trial,
            answers={"answer-0": "go"},
            evidence={},
            now=timezone.now(),
        )

    outcomes = all_at_once([submit] * 8)

    assert outcomes == [None] * 8
    assert Rating.objects.count() == 1


def test_of_different_answers_at_once_one_counts_and_the_others_are_refused():
    session = factories.make_session()
    trial = session.next_trial()

    def submit(value):
        trials.submit_trial(
            session=Session.objects.get(pk=session.pk),
            trial=trial,
            answers={"answer-0": value},
            evidence={},
            now=timezone.now(),
        )

    outcomes = all_at_once([lambda value=value: submit(value) for value in factories.WORDS])

    assert Counter(map(type, outcomes)) == {type(None): 1, trials.TrialAlreadyAnswered: 3}
    assert Rating.objects.get().response == factories.WORDS[outcomes.index(None)]


def test_the_last_answer_sent_twice_at_once_gives_one_completion_code():
    session = factories.make_session()
    factories.answer_trials(session, n_trials=7)
    trial = session.next_trial()

    def submit():
        mine = Session.objects.get(pk=session.pk)
        trials.submit_trial(session=mine, trial=trial, answers={"answer-0": "5"}, evidence={}, now=timezone.now())
        return Session.objects.get(pk=session.pk).completion_code

    codes = all_at_once([submit] * 6)

    assert len(set(codes)) == 1
    assert codes[0]
