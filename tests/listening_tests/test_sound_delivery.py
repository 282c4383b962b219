"""Sounds are sent from addresses that are signed, expire and tell nothing, and what was sent is recorded."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from listening_tests.actions.trials import PresentationIsUnknown
from listening_tests.sound_addresses import SPAN, key_in_address, signed_address
from tests import factories

NOON = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


@pytest.fixture
def presentation(db):
    return factories.make_session().next_trial().presentations.get()


def address_of(presentation, *, now=None):
    return f"/sound/{signed_address(presentation.key, now or timezone.now())}"


def test_an_address_leads_back_to_its_key_for_some_hours():
    address = signed_address("key", NOON)

    assert key_in_address(address, NOON) == "key"
    assert key_in_address(address, NOON + SPAN) == "key"
    with pytest.raises(PresentationIsUnknown, match="too old"):
        key_in_address(address, NOON + 2 * SPAN)


def test_the_pages_of_one_span_give_the_same_address_so_that_a_browser_loads_once():
    assert signed_address("key", NOON) == signed_address("key", NOON + timedelta(hours=5))
    assert signed_address("key", NOON) != signed_address("key", NOON + SPAN)


def test_an_address_cannot_be_made_or_prolonged_by_others(settings):
    address = signed_address("key", NOON)
    key, n_spans, signature = address.split(".")

    for forged in ("key", f"{key}.{n_spans}", f"{key}.{int(n_spans) + 9}.{signature}", f"other.{n_spans}.{signature}"):
        with pytest.raises(PresentationIsUnknown, match="not one of ours"):
            key_in_address(forged, NOON)
    settings.SECRET_KEY = "of another server"
    with pytest.raises(PresentationIsUnknown, match="not one of ours"):
        key_in_address(address, NOON)


def test_pages_give_signed_addresses(presentation):
    assert reverse("sound", args=[presentation.key]) == address_of(presentation)


@pytest.mark.parametrize("how", ["unsigned", "too old"])
def test_an_unsigned_or_old_address_leads_nowhere(client, presentation, how):
    address = f"/sound/{presentation.key}"
    if how == "too old":
        address = address_of(presentation, now=timezone.now() - 2 * SPAN)

    response = client.get(address)

    assert response.status_code == 404
    assert b"There is no such sound" in response.content
    presentation.refresh_from_db()
    assert presentation.delivered_at is None


def test_what_was_sent_is_recorded_once(client, presentation):
    address = address_of(presentation)

    sent = client.get(address)

    presentation.refresh_from_db()
    first = presentation.delivered_at
    assert presentation.delivered_sha256 == hashlib.sha256(sent.content).hexdigest()
    assert timezone.now() - first < timedelta(minutes=1)
    client.get(address, headers={"range": "bytes=0-1"})
    presentation.refresh_from_db()
    assert presentation.delivered_at == first


def test_asking_for_the_headers_alone_is_no_delivery(client, presentation):
    response = client.head(address_of(presentation))

    presentation.refresh_from_db()
    assert response.status_code == 200
    assert presentation.delivered_at is None


def test_a_file_that_was_changed_is_recorded_as_it_was_sent(client, presentation, caplog):
    other = factories.make_clip(duration=0.2).audio_path.read_bytes()
    presentation.stimulus.audio_path.write_bytes(other)

    client.get(address_of(presentation))

    presentation.refresh_from_db()
    assert presentation.file_sha256 == hashlib.sha256(other).hexdigest()
    assert "not the one that was prepared" in caplog.text


def test_a_file_that_is_no_sound_any_more_is_not_sent(client, presentation, caplog):
    presentation.stimulus.audio_path.write_bytes(b"no sound")

    response = client.get(address_of(presentation))

    presentation.refresh_from_db()
    assert response.status_code == 503
    assert presentation.delivered_at is None
    assert "restore HEARSAY_CLIPS" in caplog.text


def test_a_sound_is_sent_without_loss_and_without_what_could_tell_its_file(client, presentation):
    response = client.get(address_of(presentation))

    assert response["Content-Type"] == "audio/wav"
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"].startswith("private")
    assert not response.has_header("Last-Modified")
    assert not response.has_header("Content-Disposition")


@pytest.mark.parametrize(("asked", "status", "n_bytes"), [("bytes=0-1", 206, 2), ("bytes=-1", 206, 1)])
def test_players_get_the_part_that_they_ask_for(client, presentation, asked, status, n_bytes):
    response = client.get(address_of(presentation), headers={"range": asked})

    assert (response.status_code, len(response.content)) == (status, n_bytes)
