"""Examining networks: asked once, worked on in parts, and shown."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from generation.actions.checkpoints import request_training
from generation.actions.corpora import request_corpus
from generation.actions.examinations import (
    CannotBeExamined,
    ExaminationWish,
    ResultIsDamaged,
    read_result,
    request_examination,
)
from generation.actions.jobs import run_job_here
from generation.models import Examination, Job
from generation.states import JobState
from tests.factories import make_checkpoint, make_corpus, make_researcher
from tests.generation.engine.small_corpus import write_buzzing_corpus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    for name in ("CORPORA_DIR", "CHECKPOINTS_DIR", "FEATURES_DIR", "EXAMINATIONS_DIR"):
        setattr(settings, name, tmp_path / name)
    settings.DEVICE = "cpu"


def work(job):
    ended = run_job_here(job, lambda fraction, note: None)
    assert ended.state == JobState.DONE, ended.error


def trained_wish(tmp_path, **fields):
    source = {"folder": str(write_buzzing_corpus(tmp_path / "buzzes"))}
    work(request_corpus(source=source)[1])
    corpus, _ = request_corpus(source=source)
    networks = [train(corpus, network) for network in ("residual_classifier", "temporal_classifier")]
    return ExaminationWish(
        **{"climbed": networks[:1], "judges": networks[1:], "prior": None, "preset": "paper", "codes_per_word": 3}
        | fields
    )


def train(corpus, network):
    wanted = {"corpus": corpus, "network": network, "features": "narrowband", "settings": {"epochs": 1}, "seed": 1}
    work(request_training(**wanted)[1])
    return request_training(**wanted)[0]


@pytest.fixture
def examined(tmp_path):
    wish = trained_wish(tmp_path)
    examination = request_examination(wish=wish)
    work(examination.job)
    examination.refresh_from_db()
    return wish, examination


def fetch(client, name, *arguments, status=200):
    client.force_login(make_researcher())
    response = client.get(reverse(name, args=arguments))
    assert response.status_code == status
    return response


def test_an_examination_counts_measures_maps_and_shows_and_is_done_once(client, examined):
    wish, examination = examined

    found = read_result(examination)

    assert found["words"] == ["high", "low"]
    for row in found["table"]:
        assert row["agreed"]["features"]["n"] == 3
        assert (
            row["agreed"]["features"]["low"] <= row["agreed"]["features"]["share"] <= row["agreed"]["features"]["high"]
        )
        assert row["agreed"]["features"]["hits"] <= min(
            each["features"]["hits"] for each in row["classifiers"].values()
        )
    for confusion in found["confusion"].values():
        assert [sum(row) for row in confusion["scores"]] == pytest.approx([1, 1])
    assert {point["kind"] for point in found["map"]} == {"before", "after", "recordings"}
    assert request_examination(wish=wish) == examination
    assert Job.objects.filter(kind="examine_networks").count() == 1
    text = fetch(client, "examination_detail", examination.slug).content.decode()
    assert "style=" not in text
    assert text.count("<image") == 3 * sum(len(each) for each in found["shown"].values())
    assert text.count("<svg") == text.count("</svg>") >= 4
    assert text.count("<audio") == 2 * sum(len(each) for each in found["shown"].values())
    assert "<table" in text
    csv = fetch(client, "examination_table", examination.slug)
    assert csv["Content-Type"] == "text/csv"
    assert len(csv.content.decode().splitlines()) == 1 + 2 * 2 * 3
    picture = fetch(client, "examination_file", examination.slug, "high-0", "difference-0.png")
    assert b"".join(picture.streaming_content).startswith(b"\x89PNG")
    fetch(client, "examination_file", examination.slug, "high-0", "kept.npz", status=404)


def test_a_result_that_was_changed_is_refused(client, examined):
    _, examination = examined
    (examination.folder / "examination.json").write_text(json.dumps({"table": []}))

    with pytest.raises(ResultIsDamaged, match="not what was written"):
        read_result(examination)
    assert "not what was written" in fetch(client, "examination_detail", examination.slug).content.decode()


def test_an_examination_needs_a_preset_for_its_space_and_networks_of_one_corpus():
    classifier = make_checkpoint(features="narrowband", card={"words": ["down", "go", "left", "no"]})
    given = {"climbed": [classifier], "judges": [], "prior": None, "preset": "paper", "codes_per_word": 3}

    for wrong, message in [
        ({"preset": "whitened"}, "does not search the features"),
        ({"climbed": []}, "No classifier"),
        ({"codes_per_word": 1}, "ask for 2"),
        ({"judges": [classifier]}, "judges anyway"),
    ]:
        with pytest.raises(CannotBeExamined, match=message):
            request_examination(wish=ExaminationWish(**{**given, **wrong}))
    assert not Examination.objects.exists()


def test_the_command_says_what_it_does_not_know():
    with pytest.raises(CommandError, match="no checkpoint 'nobody'"):
        call_command("examine", "--classifier", "nobody", "--preset", "paper")


def test_a_classifiers_page_offers_to_examine_it(client):
    corpus = make_corpus(is_synthetic=True)
    checkpoint = make_checkpoint(corpus=corpus, features="narrowband", card={"words": corpus.words})
    client.force_login(make_researcher())

    assert (
        reverse("examination_ask", args=[checkpoint.slug])
        in fetch(client, "checkpoint_detail", checkpoint.slug).content.decode()
    )
    response = client.post(
        reverse("examination_ask", args=[checkpoint.slug]), {"preset": "paper", "codes_per_word": 5, "seed": 1}
    )

    assert response.status_code == 302
    assert "synthetic speech" in client.get(response.url).content.decode()
    assert "synthetic speech" in fetch(client, "examination_list").content.decode()
