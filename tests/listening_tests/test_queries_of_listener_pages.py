"""How many queries the pages take that all listeners wait for, whatever the length of the session."""

import json

import pytest
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[3, 12], ids=["short session", "long session"])
def session(request):
    study = factories.make_open_study(
        methods=["acr"], systems=["natural", "robot", "copy"], block={"trials_per_session": request.param}
    )
    session = factories.make_session(study=study)
    factories.answer_trials(session, n_trials=1)
    return session


def first_key(session):
    return session.next_trial().presentations.get().key


def answer(client, session, value):
    key = first_key(session)
    sent = {"sound": key, "answer-0": value, "evidence": json.dumps({"sounds": {key: {"play_count": 1}}})}
    return lambda: client.post(reverse("trial", args=[session.key]), sent)


def test_a_trial_page_takes_seven_and_is_light(client, session, django_assert_num_queries):
    """The session, its trial with its sounds, whether the part begins, that it was shown, the sounds, the progress."""
    with django_assert_num_queries(7):
        response = client.get(reverse("trial", args=[session.key]))

    assert len(response.content) < 20_000


def test_a_sound_takes_two(client, session, django_assert_num_queries):
    address = reverse("sound", args=[first_key(session)])

    with django_assert_num_queries(2):
        client.get(address).close()


def test_an_answer_takes_eleven_and_a_savepoint(client, session, django_assert_num_queries):
    send = answer(client, session, "3")

    with django_assert_num_queries(13):
        response = send()

    assert response.status_code == 302


def test_an_answer_to_nine_sliders_takes_no_more_than_one(client, django_assert_num_queries):
    study = factories.make_open_study(methods=["mushra"], systems=[f"s{n}" for n in range(8)])
    session = factories.make_session(study=study)
    keys = list(session.next_trial().presentations.order_by("position").values_list("key", flat=True))
    sliders = [field.name for field in factories.asked_fields(session.next_trial())]
    evidence = {"sounds": {key: {"play_count": 1} for key in keys}}
    sent = {"sound": keys[0], "evidence": json.dumps(evidence), **dict.fromkeys(sliders, "50")}

    with django_assert_num_queries(13):
        response = client.post(reverse("trial", args=[session.key]), sent)

    assert response.status_code == 302
    assert len(sliders) == 9


def test_a_longer_session_takes_no_more_queries_to_begin(django_assert_max_num_queries):
    study = factories.make_open_study(methods=["acr"], block={"trials_per_session": 8})

    with django_assert_max_num_queries(16):
        factories.make_session(study=study, is_listening=False)
