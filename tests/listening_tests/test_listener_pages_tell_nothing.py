"""A listener never learns what made a sound, nor the intended word before answering."""

import pytest
from django.test import Client
from django.urls import reverse

from listening_tests.models import Stimulus
from tests import factories

pytestmark = pytest.mark.django_db

WORDS = ("zebra", "yacht", "xylophone")
SYSTEMS = ("secret-natural", "secret-robot")


@pytest.fixture
def session():
    study = factories.make_open_study(
        words=WORDS, systems=SYSTEMS, block={"labels": list(WORDS), "trials_per_session": 6}
    )
    return factories.make_session(study=study)


def everything(response):
    """Return all that the browser gets: headers and body."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    return headers + "\n" + response.content.decode("latin-1")


def pages_of(client, session):
    """Yield all that a listener gets, from the first page to the last."""
    yield client.get(reverse("take_study", args=[session.study.slug]))
    while trial := session.next_trial():
        yield client.get(reverse("trial", args=[session.key]))
        yield client.get(reverse("trial", args=[session.key]), {"begin": 1})
        sound = trial.presentations.get()
        yield client.get(reverse("sound", args=[sound.key]))
        value = factories.values_on_offer(trial)[-1]
        yield client.post(reverse("trial", args=[session.key]), {"sound": sound.key, "answer-0": value})
    yield client.get(reverse("thanks", args=[session.key]))


def test_no_page_tells_a_system_a_role_a_clip_or_a_file(client, session):
    clips = [stimulus.clip for stimulus in Stimulus.objects.select_related("clip")]
    secrets = {*SYSTEMS, *(str(clip.key) for clip in clips), *(clip.audio for clip in clips)}
    secrets |= {clip.sha256 for clip in clips} | {"Last-Modified", "Content-Disposition"}

    for response in pages_of(client, session):
        told = everything(response)

        assert not [secret for secret in secrets if secret in told]


def test_words_are_told_only_as_answers_on_offer(client, session):
    for response in pages_of(client, session):
        told = everything(response)

        for word in WORDS:
            choice = f'value="{word}"' in told
            # Once as the value, once as the label of its button.
            assert told.count(word) == (2 if choice else 0)


def test_all_words_on_offer_look_alike(client, session):
    lines = client.get(reverse("trial", args=[session.key]), {"begin": 1}).content.decode().splitlines()

    choices = {
        line.replace(word, "WORD").replace(f'"{word[0]}"', '"K"').replace(f">{word[0]}<", ">K<")
        for line in lines
        for word in WORDS
        if f'value="{word}"' in line
    }

    assert len(choices) == 1


def test_one_clip_under_two_addresses_cannot_be_told_to_be_one(client, session):
    other = factories.make_session(study=session.study)
    keys = [
        each.trials.filter(presentations__stimulus__clip=clip).values_list("presentations__key", flat=True).first()
        for clip in [session.trials.first().presentations.get().stimulus.clip]
        for each in (session, other)
    ]

    first, second = (client.get(reverse("sound", args=[key])) for key in keys)

    assert first["Content-Length"] == second["Content-Length"]
    assert first.content != second.content
    assert first["ETag"] != second["ETag"]


@pytest.mark.parametrize("name", ["session", "check", "trial", "thanks", "withdraw"])
def test_the_sessions_address_is_told_to_nobody(client, session, name):
    response = client.get(reverse(name, args=[session.key]))

    assert response["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response["X-Robots-Tag"]
    assert "no-store" in response["Cache-Control"]


def test_a_session_needs_no_cookie_and_no_token(session):
    client = Client(enforce_csrf_checks=True)
    sound = session.next_trial().presentations.get()

    response = client.post(reverse("trial", args=[session.key]), {"sound": sound.key, "answer-0": "zebra"})

    assert response.status_code == 302
    assert not response.cookies


def test_a_sound_can_be_asked_for_in_parts_and_is_kept_by_the_browser_alone(client, session):
    sound = session.next_trial().presentations.get()

    response = client.get(reverse("sound", args=[sound.key]), headers={"range": "bytes=0-3"})

    assert response.status_code == 206
    assert response.content == b"RIFF"
    assert response["Cache-Control"].startswith("private")


def test_a_sound_whose_file_is_gone_does_not_tell_its_name(client, session, caplog):
    sound = session.next_trial().presentations.get()
    name = sound.stimulus.clip.audio
    from django.conf import settings

    (settings.CLIPS_DIR / name).unlink()

    response = client.get(reverse("sound", args=[sound.key]))

    assert response.status_code == 503
    assert name not in everything(response)
    assert name in caplog.text
