"""A researcher registers a study from its file and asks for what it needs, on pages."""

import pytest
from django.urls import reverse

from generation.models import Job
from generation.states import JobState
from listening_tests.models import Study
from listening_tests.views.planning import EXAMPLE
from tests.factories import make_researcher

pytestmark = pytest.mark.django_db


@pytest.fixture
def researcher(client):
    researcher = make_researcher()
    client.force_login(researcher)
    return researcher


def register(client, text):
    return client.post(reverse("study_new"), {"text": text})


def test_the_form_starts_with_an_example_that_is_valid(client, researcher):
    shown = client.get(reverse("study_new")).context["form"].initial["text"]

    response = register(client, shown)

    assert response.headers["Location"] == reverse("study_detail", args=["demo"])
    assert Study.objects.get(slug="demo").owner == researcher


def test_faults_are_shown_with_their_lines_and_the_text_is_kept(client, researcher):
    wrong = EXAMPLE.read_text().replace("epochs: 10", "epochs: ten")

    response = register(client, wrong)

    assert response.status_code == 400
    assert "networks.classifiers.residual.epochs: input should be a valid integer" in response.content.decode()
    assert "epochs: ten" in response.content.decode()
    assert not Study.objects.exists()


def test_a_changed_file_of_the_same_name_is_refused(client, researcher):
    register(client, EXAMPLE.read_text())

    response = register(client, EXAMPLE.read_text().replace("seed: 1", "seed: 2"))

    assert "give the changed file another slug" in response.content.decode()
    assert Study.objects.get().seed == 1


def test_preparing_asks_for_the_corpus_first_and_only_once(client, researcher):
    register(client, EXAMPLE.read_text())

    for _ in range(2):
        response = client.post(reverse("study_prepare", args=["demo"]), follow=True)

    assert "Corpus: " in response.content.decode()
    assert [job.kind for job in Job.objects.all()] == ["open_corpus"]


def test_a_failed_job_is_told_with_what_to_do(client, researcher):
    register(client, EXAMPLE.read_text())
    client.post(reverse("study_prepare", args=["demo"]))
    Job.objects.update(state=JobState.FAILED, error="The disk is full.")

    response = client.post(reverse("study_prepare", args=["demo"]), follow=True)

    assert "The disk is full." in response.content.decode()
    assert "manage.py jobs retry" in response.content.decode()


@pytest.mark.parametrize("address", ["/new-study/", "/studies/demo/prepare/"])
def test_visitors_have_to_log_in(client, address):
    assert client.post(address).headers["Location"].startswith(reverse("login"))
