"""What Prolific tells unasked is believed when it is signed, fresh, and new."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from listening_tests.models import Submission, WebhookEvent
from listening_tests.recruitment.prolific.signature import sign
from tests.listening_tests.recruitment.studies import begin, make_recruited_study

pytestmark = pytest.mark.django_db
SECRET = "a secret shared with Prolific"


@pytest.fixture(autouse=True)
def shared_secret(settings):
    settings.PROLIFIC_WEBHOOK_SECRET = SECRET


@pytest.fixture
def session():
    return begin(make_recruited_study(), "somebody", "submission1")


def tell(
    state="RETURNED",
    *,
    event="event1",
    submission="submission1",
    secret=SECRET,
    age=0,
    changes=None,
    body=None,
    told_at=None,
    signature=None,
    timestamp=None,
):
    message = {"event_type": "submission.status.change", "resource_id": submission, "status": state, **(changes or {})}
    raw = json.dumps(message, indent=1).encode() if body is None else body
    if timestamp is None:
        timestamp = str(int((timezone.now() - timedelta(seconds=age)).timestamp()))
    if signature is None:
        signature = sign(secret=secret, timestamp=timestamp, body=raw)
    headers = {
        "X-Prolific-Request-Signature": signature,
        "X-Prolific-Request-Timestamp": timestamp,
        "X-Event-Id": event,
        "X-Timestamp": str(int(told_at.timestamp())) if told_at else timestamp,
    }
    # A browser's protection against forged forms is on, as on the real server.
    client = Client(enforce_csrf_checks=True)
    return client.post(reverse("prolific_webhook"), raw, content_type="application/json", headers=headers)


def test_a_returned_submission_frees_its_session_at_once(session):
    assert tell().status_code == 204

    session.refresh_from_db()
    assert session.has_expired(timezone.now())
    assert Submission.objects.get().state == "RETURNED"


def test_the_signature_covers_the_bytes_as_they_came():
    # Known answer: printf '%s' '1700000000{"a": 1}' | openssl dgst -sha256 -hmac secret -binary | base64
    assert (
        sign(secret="secret", timestamp="1700000000", body=b'{"a": 1}')
        == "fhEuMyjZXVBNiCyg6eX04jYuQHHGlae+XtzInd3IHaQ="
    )


def test_a_forged_message_is_refused(session):
    assert tell(secret="another").status_code == 401

    session.refresh_from_db()
    assert not session.has_expired(timezone.now())
    assert not WebhookEvent.objects.exists()


def test_an_unsigned_message_is_refused(client):
    assert client.post(reverse("prolific_webhook"), b"{}", content_type="application/json").status_code == 401


@pytest.mark.parametrize("age", [400, -400])
def test_an_old_message_sent_again_is_refused(session, age):
    response = tell(age=age)

    assert response.status_code == 401
    assert "not now" in response.content.decode()
    assert not Submission.objects.exists()


def test_the_same_event_is_dealt_with_once(session):
    tell("ACTIVE")
    tell("AWAITING REVIEW", event="event2")

    assert tell("ACTIVE").status_code == 204

    assert Submission.objects.get().state == "AWAITING REVIEW"
    assert WebhookEvent.objects.count() == 2


def test_an_event_without_an_id_is_refused(session):
    assert tell(event="").status_code == 400


def test_news_that_was_overtaken_does_not_win(session):
    tell("AWAITING REVIEW", event="event2")
    tell("ACTIVE", event="event1", age=60)

    assert Submission.objects.get().state == "AWAITING REVIEW"


@pytest.mark.parametrize(
    "message",
    [
        {"changes": {"event_type": "study.status.change"}},
        {"state": "SOMETHING NEW"},
        {"submission": "somebody else's"},
        {"body": b"no json"},
        {"body": b"[]"},
        {"changes": {"resource_id": 7}},
    ],
)
def test_other_messages_are_thanked_for_and_change_nothing(session, message):
    assert tell(**message).status_code == 204

    assert not Submission.objects.exists()


def test_without_a_secret_there_are_no_webhooks(settings, session):
    settings.PROLIFIC_WEBHOOK_SECRET = ""

    assert tell(secret="").status_code == 404


def test_a_link_does_nothing(client):
    assert client.get(reverse("prolific_webhook")).status_code == 405


def test_a_copy_of_an_old_message_is_not_made_newer_by_what_is_not_signed(session):
    tell("ACTIVE", event="event1", age=120)
    tell("AWAITING REVIEW", event="event2", age=60)

    response = tell("ACTIVE", event="event3", age=120, told_at=timezone.now())

    assert response.status_code == 204
    assert Submission.objects.get().state == "AWAITING REVIEW"


@pytest.mark.parametrize("signature", ["", "é", "A" * 5000, "fhEuMyjZXVBNiCyg6eX04jYuQHHGlae+XtzInd3IHaQ="])
def test_any_other_signature_is_refused(session, signature):
    assert tell(signature=signature).status_code == 401

    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "9" * 400, "1e9"])
def test_a_signed_message_of_no_time_is_refused(session, timestamp):
    assert tell(timestamp=timestamp).status_code == 401
