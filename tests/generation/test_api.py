"""The JSON API of generation."""

import pytest
from django.urls import reverse

from generation.states import ItemState
from tests.factories import make_checkpoint, make_clip, make_job, make_judgement, make_researcher

pytestmark = pytest.mark.django_db

LISTS = ("api_job-list", "api_clip-list", "api_judgement-list")


@pytest.fixture
def api(client):
    client.force_login(make_researcher())
    return lambda name, *arguments: client.get(reverse(name, args=arguments)).json()


@pytest.mark.parametrize("name", LISTS)
def test_strangers_learn_nothing(client, name):
    assert client.get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_nothing_can_be_changed(client, name):
    client.force_login(make_researcher())

    assert client.post(reverse(name), {}).status_code == 405


def test_a_job_tells_how_far_it_is(api):
    job = make_job(items=2)
    job.items.filter(position=0).update(state=ItemState.DONE)
    job.items.filter(position=1).update(state=ItemState.LEASED, progress=0.5, note="epoch 3 of 6")

    told = api("api_job-detail", job.pk)

    assert (told["fraction"], told["n_done"], told["n_items"], told["is_open"]) == (0.75, 1, 2, True)
    assert told["note"] == "epoch 3 of 6"


def test_a_clip_comes_with_its_judgements_and_says_what_it_rests_on(api):
    judgement = make_judgement()

    told = api("api_clip-detail", judgement.clip.key)

    assert told["judgements"][0]["probabilities"] == judgement.probabilities
    assert told["judgements"][0]["part"] == "judge"
    assert told["panel_agrees"] == {"features": None, "audio": True}
    assert told["is_synthetic"] is False
    assert told["audio"].endswith(reverse("clip_audio", args=[judgement.clip.key]))


def make_rows(number):
    for _ in range(number):
        clip = make_clip()
        make_judgement(clip=clip, checkpoint=make_checkpoint(corpus=clip.corpus))
        make_job(items=2)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_the_database_as_often_for_many_rows_as_for_few(api, name, django_assert_max_num_queries):
    make_rows(2)
    with django_assert_max_num_queries(50) as for_few:
        told = api(name)
    make_rows(6)

    with django_assert_max_num_queries(len(for_few)):
        api(name)
    assert told["count"] == 2
