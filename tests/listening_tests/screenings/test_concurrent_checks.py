"""Two windows, a double click, an impatient reload: a check is asked and decided once."""

import pytest
from django.utils import timezone

from listening_tests.actions import screening
from listening_tests.models import CheckItem, Session, Verdict
from listening_tests.states import SessionState
from tests import factories
from tests.listening_tests.test_concurrency import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def begin(**settings):
    protocol = {"screenings": [{"check": "headphones_woods", "trials": 1, "pass_at": 1, **settings}]}
    return factories.make_session(study=factories.make_open_study(protocol=protocol), is_listening=False)


def open_items(session):
    session = Session.objects.get(pk=session.pk)
    return screening.open_items(session=session, check=screening.pending_check(session), now=timezone.now())


def answer(session, value):
    (item,) = CheckItem.objects.filter(answered_at=None)
    return lambda: screening.answer_items(
        session=Session.objects.get(pk=session.pk), answers={item.key: value}, now=timezone.now()
    )


def test_a_page_opened_in_eight_windows_asks_the_same():
    session = begin()

    shown = all_at_once([lambda: open_items(session)] * 8)

    assert {tuple(item.pk for item in items) for items in shown} == {(CheckItem.objects.get().pk,)}


def test_an_answer_sent_eight_times_is_judged_once():
    session = begin()
    (item,) = open_items(session)

    outcomes = all_at_once([answer(session, item.item["right"])] * 8)

    assert outcomes == [None] * 8
    assert Verdict.objects.get().has_passed
    assert Session.objects.get().state == SessionState.LISTENING


def test_of_different_answers_at_once_one_counts():
    session = begin(attempts=1)
    open_items(session)

    outcomes = all_at_once([answer(session, value) for value in ("1", "2", "3")])

    assert outcomes == [None] * 3
    item = CheckItem.objects.get()
    assert Verdict.objects.get().has_passed == (item.answer == item.item["right"])
    assert Session.objects.get().state in (SessionState.LISTENING, SessionState.SCREENED_OUT)
