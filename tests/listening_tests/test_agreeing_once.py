"""One consent begins one session, however often the browser sends it."""

from datetime import timedelta

import pytest
from django.core.signing import Signer
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from listening_tests.actions import rights, studies
from listening_tests.models import Identity, Session, Trial
from listening_tests.states import SessionState
from tests import factories
from tests.listening_tests.consenting import agree, consent_page
from tests.listening_tests.recruitment.studies import address_for, complete, from_prolific, make_recruited_study
from tests.listening_tests.test_concurrency import all_at_once

ALLOWED_AGAIN = {"service": "url_parameters", "called": "SONA", "allow_repeat": True}


def address_of(study):
    return reverse("take_study", args=[study.slug])


@pytest.fixture
def study(db):
    return factories.make_open_study()


def test_a_consent_whose_reply_was_lost_is_sent_again_and_leads_to_its_session(study):
    sent = consent_page(Client(), address_of(study))
    first = Client().post(address_of(study), sent)

    # The reply never came, and no cookie with it.
    again = Client().post(address_of(study), sent)

    assert again.headers["Location"] == first.headers["Location"]
    assert Session.objects.count() == 1
    assert Trial.objects.count() == 8


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("service", ["none", "prolific"])
def test_a_double_click_begins_one_session(service):
    study = factories.make_open_study() if service == "none" else make_recruited_study()
    address = address_of(study) if service == "none" else from_prolific(study, "somebody")
    sent = consent_page(Client(), address)

    replies = all_at_once([lambda: Client().post(address, sent)] * 2)

    (session,) = Session.objects.all()
    assert [reply.headers["Location"] for reply in replies] == [reverse("session", args=[session.key])] * 2
    assert Identity.objects.count() == (service == "prolific")


def test_no_two_sessions_can_have_one_token(study):
    Session.objects.filter(pk=factories.make_session(study=study).pk).update(consent_token="the same")

    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(pk=factories.make_session(study=study).pk).update(consent_token="the same")


def test_each_page_begins_a_session_of_its_own(study):
    for _ in range(2):
        agree(Client(), address_of(study))

    assert Session.objects.count() == 2


@pytest.mark.django_db
def test_whoever_takes_part_again_begins_anew_but_a_page_begins_one_session():
    study = make_recruited_study(**ALLOWED_AGAIN)
    complete(study, "somebody")
    address = address_for(study, id="somebody")
    sent = consent_page(Client(), address)

    replies = [Client().post(address, sent) for _ in range(2)]

    assert replies[0].headers["Location"] == replies[1].headers["Location"]
    assert Session.objects.count() == 2


@pytest.mark.parametrize("ended", ["closed", "full"])
def test_a_consent_sent_again_finds_its_session_also_when_the_study_takes_nobody_any_more(study, ended):
    sent = consent_page(Client(), address_of(study))
    first = Client().post(address_of(study), sent)
    if ended == "closed":
        studies.close_study(study=study, now=timezone.now())
    else:
        type(study).objects.filter(pk=study.pk).update(protocol={"listeners": {"maximum": 1}})

    again = Client().post(address_of(study), sent)

    assert again.headers["Location"] == first.headers["Location"]


def test_after_withdrawing_the_page_leads_to_the_withdrawn_session(study):
    sent = consent_page(Client(), address_of(study))
    Client().post(address_of(study), sent)
    rights.withdraw(session=Session.objects.get(), now=timezone.now())

    Client().post(address_of(study), sent)

    assert Session.objects.get().state == SessionState.WITHDRAWN


@pytest.mark.django_db
def test_a_token_leads_to_no_answers_that_were_kept_without_a_link():
    study = factories.make_open_study(methods=["acr"], protocol={"rights": {"withdrawal": "keep_unlinked"}})
    sent = consent_page(Client(), address_of(study))
    Client().post(address_of(study), sent)
    session = Session.objects.get()
    Session.objects.update(state=SessionState.LISTENING)
    factories.answer_trials(session, n_trials=1)
    rights.withdraw(session=session, now=timezone.now())

    again = Client().post(address_of(study), sent)

    assert Session.objects.count() == 2
    assert again.headers["Location"] == reverse("session", args=[session.key])


@pytest.mark.django_db
def test_a_forgotten_session_is_not_found_by_its_token():
    study = factories.make_open_study(protocol={"rights": {"retention_days": 1}})
    agree(Client(), address_of(study))

    rights.forget_listeners(study=study, now=timezone.now() + timedelta(days=2))

    assert Session.objects.get().consent_token is None


def forged_token(study, how):
    other = factories.make_open_study()
    return {
        "missing": "",
        "made up": "a-token-of-my-own",
        "signed for something else": Signer(salt="elsewhere").sign("token"),
        "of another study": consent_page(Client(), address_of(other))["token"],
    }[how]


@pytest.mark.parametrize("how", ["missing", "made up", "signed for something else", "of another study"])
def test_a_forged_token_begins_nothing_and_the_page_asks_again(study, how):
    sent = {"agree": "on", "token": forged_token(study, how)}

    refused = Client().post(address_of(study), sent)

    assert refused.status_code == 400
    assert b"agree once more" in refused.content
    assert not Session.objects.exists()


@pytest.mark.django_db
def test_a_token_leads_nobody_to_the_session_of_another_person():
    study = make_recruited_study()
    sent = consent_page(Client(), from_prolific(study, "one"))
    Client().post(from_prolific(study, "one"), sent)

    refused = Client().post(from_prolific(study, "other", "submission2"), sent)

    assert refused.status_code == 400
    assert Session.objects.count() == 1
