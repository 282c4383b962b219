"""Listeners whom a service sends, on the pages: known by a digest, once in a study, led back and sent home."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from listening_tests.actions import recruitment, rights
from listening_tests.actions.recruitment_outcomes import completion_of, outcome_of
from listening_tests.actions.simulation import Crowd, simulate_listeners
from listening_tests.models import Identity, Listener, Session
from listening_tests.recruiter import Outcome
from listening_tests.simulation.taste import Taste
from tests.listening_tests.consenting import agree
from tests.listening_tests.recruitment.studies import (
    address_for,
    begin,
    complete,
    fail_attention_checks,
    from_prolific,
    make_recruited_study,
)

pytestmark = pytest.mark.django_db
BY_ID = {"service": "url_parameters", "called": "SONA", "return_url": "https://sona.example/?i={id}&c={code}"}


def test_the_id_is_kept_as_a_digest_apart_from_the_answers(client):
    study = make_recruited_study()

    agree(client, from_prolific(study, "5f00person"))

    identity = Identity.objects.get()
    assert identity.listener.sessions.get().study == study
    assert (identity.person, identity.submission) == ("5f00person", "submission1")
    assert len(identity.digest) == 64
    assert "5f00person" not in identity.digest


def test_a_digest_needs_the_secret_and_tells_nothing_across_studies(settings):
    one, other = make_recruited_study(), make_recruited_study()
    digest = recruitment.identity_digest(study=one, service="prolific", person="somebody")

    assert recruitment.identity_digest(study=other, service="prolific", person="somebody") != digest
    settings.IDENTITY_KEY = "another"
    assert recruitment.identity_digest(study=one, service="prolific", person="somebody") != digest


def test_whoever_comes_again_is_led_to_their_session_on_any_device(client):
    study = make_recruited_study()
    begun = agree(client, from_prolific(study, "somebody"))

    on_a_phone = Client().get(from_prolific(study, "somebody"))

    assert on_a_phone.headers["Location"] == begun.headers["Location"]
    assert Session.objects.count() == 1


def test_agreeing_again_goes_on_with_the_same_session():
    study = make_recruited_study()

    first, second = begin(study, "somebody", "s1"), begin(study, "somebody", "s1")

    assert first == second
    assert Listener.objects.count() == 1


def test_two_people_share_a_browser_without_sharing_a_session(client):
    study = make_recruited_study()

    agree(client, from_prolific(study, "one", "s1"))
    agree(client, from_prolific(study, "other", "s2"))

    assert Session.objects.count() == 2


def test_nobody_takes_part_twice(client):
    study = make_recruited_study()
    done = complete(study, "somebody", "s1")

    response = agree(client, from_prolific(study, "somebody", "s2"))

    assert response.headers["Location"] == reverse("session", args=[done.key])
    assert Session.objects.count() == 1


def test_a_session_that_was_not_finished_in_time_is_not_begun_anew(client):
    study = make_recruited_study()
    begin(study, "somebody", now=timezone.now() - timedelta(days=2))

    response = agree(client, from_prolific(study, "somebody"))

    assert response.status_code == 409
    assert "You have taken part in this study before" in response.content.decode()
    assert Session.objects.count() == 1


def test_a_study_may_allow_to_take_part_again(client):
    study = make_recruited_study(**BY_ID, allow_repeat=True)
    complete(study, "somebody")

    agree(client, address_for(study, id="somebody"))
    agree(client, address_for(study, id="somebody"))

    assert list(Identity.objects.order_by("pk").values_list("sitting", flat=True)) == [1, 2]


def test_the_database_lets_nobody_in_twice_either():
    study = make_recruited_study()
    identity = begin(study, "somebody").listener.identity
    again = Listener.objects.create()

    with pytest.raises(IntegrityError), transaction.atomic():
        Identity.objects.create(
            listener=again, study=study, service="prolific", digest=identity.digest, created_at=timezone.now()
        )


@pytest.mark.parametrize("parameters", [{}, {"PROLIFIC_PID": "somebody"}, {"SESSION_ID": "s1"}])
def test_an_incomplete_address_is_turned_away(client, parameters):
    study = make_recruited_study()

    response = client.get(address_for(study, **parameters))

    assert response.status_code == 400
    assert "open it from there" in response.content.decode()
    assert agree(client, address_for(study, **parameters)).status_code == 400
    assert not Session.objects.exists()


def test_listeners_are_told_that_their_id_is_kept_apart(client):
    assert "kept apart from your answers" in client.get(from_prolific(make_recruited_study(), "x")).content.decode()
    open_study = make_recruited_study(service="open_link")
    assert "kept apart from your answers" not in client.get(address_for(open_study)).content.decode()


def test_a_listener_goes_back_with_the_studys_code_of_the_outcome(client):
    study = make_recruited_study()
    codes = recruitment.recruitment_of(study=study, now=timezone.now()).codes
    session = complete(study, "somebody", "s1")

    page = client.get(reverse("thanks", args=[session.key])).content.decode()

    assert f"https://app.prolific.com/submissions/complete?cc={codes['completed']}" in page
    assert "Go back to Prolific" in page
    assert session.completion_code not in page
    assert "somebody" not in page


def test_a_listener_goes_back_with_id_and_code_where_each_session_has_its_own(client):
    session = complete(make_recruited_study(**BY_ID), "s 7")

    page = client.get(reverse("thanks", args=[session.key])).content.decode()

    assert f"https://sona.example/?i=s%207&amp;c={session.completion_code}" in page
    assert "Go back to SONA" in page


def test_each_outcome_has_a_code_of_its_own():
    codes = recruitment.recruitment_of(study=make_recruited_study(), now=timezone.now()).codes

    assert set(codes) == set(Outcome.values)
    assert len(set(codes.values())) == len(codes)


def test_whoever_does_not_agree_or_cannot_listen_finds_the_way_back(client):
    study = make_recruited_study()
    codes = recruitment.recruitment_of(study=study, now=timezone.now()).codes

    page = client.get(from_prolific(study, "somebody")).content.decode()

    assert f"complete?cc={codes['no_consent']}" in page
    assert f"complete?cc={codes['incompatible_device']}" in page
    assert codes["completed"] not in page


def test_whoever_comes_too_late_finds_the_way_back(client):
    study = make_recruited_study()
    codes = recruitment.recruitment_of(study=study, now=timezone.now()).codes
    for number in range(4):
        begin(study, f"person{number}")

    page = client.get(from_prolific(study, "too late")).content.decode()

    assert "all the listeners it needs" in page
    assert f"complete?cc={codes['no_place']}" in page


def test_whoever_withdraws_goes_back_with_that_code(client):
    study = make_recruited_study()
    codes = recruitment.recruitment_of(study=study, now=timezone.now()).codes
    session = begin(study, "somebody", "s1")

    page = client.post(reverse("withdraw", args=[session.key]), follow=True).content.decode()

    assert f"complete?cc={codes['withdrawn']}" in page


def test_an_unfinished_session_has_no_outcome():
    session = begin(make_recruited_study(), "somebody")

    assert outcome_of(session) is None
    assert completion_of(session) is None


@pytest.mark.parametrize(("minutes", "n_failed", "outcome"), [
    (10, 1, Outcome.COMPLETED),
    (10, 2, Outcome.FAILED_ATTENTION),
    (4, 1, Outcome.FAILED_ATTENTION),
])  # fmt: skip
def test_failed_attention_checks_change_the_outcome_where_policy_allows(minutes, n_failed, outcome):
    session = complete(make_recruited_study(minutes=minutes), "somebody")
    fail_attention_checks(session, n_failed)

    assert outcome_of(session) == outcome


def test_simulated_listeners_need_no_service_and_are_not_sent_to_one():
    study = make_recruited_study()
    taste = Taste({"natural": 4.0, "robot": 2.0}, {})

    (session,) = simulate_listeners(study=study, crowd=Crowd(1), taste=taste).sessions

    assert session.state == "completed"
    assert not Identity.objects.exists()
    assert completion_of(session).way_back == ""


def test_ids_are_deleted_when_everybody_is_paid_and_still_nobody_comes_twice(client):
    study = make_recruited_study()
    done = complete(study, "somebody", "s1")

    assert recruitment.erase_ids(study=study) == 1

    assert Identity.objects.get().person == ""
    assert client.get(from_prolific(study, "somebody")).headers["Location"] == reverse("session", args=[done.key])


def test_identities_are_forgotten_with_the_listeners():
    study = make_recruited_study()
    begin(study, "old", now=timezone.now() - timedelta(days=400))
    begin(study, "new")

    rights.forget_listeners(study=study, now=timezone.now())

    assert list(Identity.objects.values_list("person", flat=True)) == ["new"]
    assert Session.objects.count() == 2


def test_a_deleted_identity_leaves_the_answers():
    session = complete(make_recruited_study(), "somebody")

    Identity.objects.all().delete()

    session.refresh_from_db()
    assert session.trials.filter(answered_at__isnull=False).count() == 4
