"""What listeners agree to, how they withdraw, and how they are forgotten."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from listening_tests.actions import rights
from listening_tests.models import Consent, Rating, Session, Trial
from listening_tests.ratings_frame import ratings_frame
from listening_tests.states import SessionState
from tests import factories
from tests.listening_tests.consenting import agree

pytestmark = pytest.mark.django_db


def study_with(**granted):
    return factories.make_open_study(methods=["acr"], protocol={"rights": granted})


def begin(client, study, **fields):
    """Take part, and return the session."""
    agree(client, reverse("take_study", args=[study.slug]), **fields)
    return study.sessions.latest("pk")


def test_a_session_keeps_the_very_words_that_its_listener_read(client):
    study = study_with(consent_version="2b", consent_text="Approved by the board on <Monday>.")
    shown = client.get(reverse("take_study", args=[study.slug])).content.decode()

    session = begin(client, study)

    assert session.consent.version == "2b"
    assert session.consent.text in shown
    assert "Approved by the board on &lt;Monday&gt;." in session.consent.text


def test_the_same_words_are_stored_once(client):
    study = study_with()

    begin(client, study)
    begin(client, study, anew="yes")

    assert study.sessions.count() == 2
    assert Consent.objects.count() == 1


def test_a_listener_can_read_again_what_they_agreed_to(client):
    session = begin(client, study_with(consent_version="2b"))

    copy = client.get(reverse("consent_copy", args=[session.key])).content.decode()

    assert session.consent.text in copy
    assert "Version 2b" in copy


def test_withdrawing_deletes_the_answers_and_frees_the_places():
    study = study_with()
    session = factories.make_session(study=study)
    factories.answer_trials(session, n_trials=2)

    for _ in range(2):
        rights.withdraw(session=session, now=timezone.now())

    assert Session.objects.get().state == SessionState.WITHDRAWN
    assert not Rating.objects.exists()
    assert not Trial.objects.exists()


def test_where_it_was_promised_answers_are_kept_without_any_link_to_the_listener():
    study = study_with(withdrawal="keep_unlinked")
    session = factories.make_session(study=study)
    factories.answer_trials(session, n_trials=2)
    before = ratings_frame(study)

    rights.withdraw(session=session, now=timezone.now())

    after = ratings_frame(study)
    assert list(after["response"]) == list(before["response"])
    assert set(after["listener"]).isdisjoint(before["listener"])
    assert set(after["session"]).isdisjoint(before["session"])
    session.refresh_from_db()
    assert session.state == SessionState.WITHDRAWN
    assert not session.trials.exists()


@pytest.mark.parametrize("withdrawal", ["delete", "keep_unlinked"])
@pytest.mark.parametrize("is_paid", [True, False])
def test_who_withdraws_early_is_paid_by_the_studys_rule(withdrawal, is_paid, client):
    study = study_with(withdrawal=withdrawal, withdrawn_are_paid=is_paid)
    session = factories.make_session(study=study)

    client.post(reverse("withdraw", args=[session.key]))

    session.refresh_from_db()
    shown = client.get(reverse("withdraw", args=[session.key])).content.decode()
    assert bool(session.completion_code) == is_paid
    assert ("completion code" in shown) == is_paid


def test_after_its_time_nothing_leads_to_a_listener_any_more(capsys):
    study = study_with(retention_days=30)
    old, recent = factories.make_session(study=study), factories.make_session(study=study)
    factories.answer_trials(old)
    key, code = Session.objects.values_list("key", "completion_code").get(pk=old.pk)
    Session.objects.filter(pk=old.pk).update(consented_at=timezone.now() - timedelta(days=31))
    before = ratings_frame(study)

    call_command("forget", study.slug)
    call_command("forget")

    old.refresh_from_db()
    assert old.key != key
    assert (bool(code), old.completion_code) == (True, "")
    assert ratings_frame(study)["response"].tolist() == before["response"].tolist()
    assert Session.objects.get(pk=recent.pk).key == recent.key
    assert capsys.readouterr().out.count("1 sessions") == 1


def test_what_is_kept_for_ever_is_not_forgotten():
    study = study_with(retention_days=None)
    session = factories.make_session(study=study)
    Session.objects.update(consented_at=timezone.now() - timedelta(days=4000))

    forgotten = rights.forget_listeners(study=study, now=timezone.now())

    assert forgotten.n_sessions == 0
    assert Session.objects.get().key == session.key
