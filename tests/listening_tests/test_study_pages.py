"""What researchers see of studies."""

import pytest
from django.urls import reverse

from generation.models import Job
from listening_tests.models import Study
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def researcher_client(client):
    client.force_login(factories.make_researcher(), backend="django.contrib.auth.backends.ModelBackend")
    return client


def page_of(client, name, *args):
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_a_visitor_is_told_what_hearsay_is_and_shown_the_way_in(client):
    factories.make_study(title="Secret plans")

    page = page_of(client, "home")

    assert "what a neural network has learned to listen to" in page
    assert reverse("login") in page
    assert "Secret plans" not in page


@pytest.mark.parametrize(
    ("name", "args"), [("study_list", ()), ("study_detail", ("x",)), ("study_open", ("x",)), ("study_close", ("x",))]
)
def test_a_visitor_sees_nothing_of_studies(client, name, args):
    response = client.get(reverse(name, args=args))

    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("login"))


def test_a_researcher_without_studies_is_shown_how_to_begin(researcher_client):
    page = page_of(researcher_client, "home")

    assert "Describe your first study" in page
    assert reverse("study_new") in page
    assert "There are no studies yet" in page
    assert "There are no studies yet" in page_of(researcher_client, "study_list")


@pytest.mark.parametrize(
    ("state", "step"), [("draft", "make its clips, then open it"), ("open", "send its link"), ("closed", "see what")]
)
def test_a_researcher_is_told_the_next_step(researcher_client, state, step):
    factories.make_study(state=state)

    assert step in page_of(researcher_client, "home")


def test_running_jobs_are_shown_with_their_progress(researcher_client):
    Job.objects.create(kind="train_network", title="Train the judge").items.create(position=0)

    page = page_of(researcher_client, "home")

    assert "Train the judge" in page
    assert "0 of 1" in page


def test_a_study_counts_real_and_simulated_listeners_apart(researcher_client):
    study = factories.make_open_study()
    factories.answer_trials(factories.make_session(study=study))
    for _ in range(2):
        factories.answer_trials(factories.make_session(study=study, is_simulated=True))
    factories.make_session(study=study)

    found = Study.objects.with_facts().get()

    assert (found.n_completed, found.n_completed_simulated) == (1, 2)


def test_a_study_on_synthetic_speech_says_so(researcher_client):
    study = factories.make_open_study(corpus=factories.make_corpus(is_synthetic=True))

    assert "Synthetic speech" in page_of(researcher_client, "study_detail", study.slug)
    assert "Synthetic speech" in page_of(researcher_client, "study_list")
    assert "Synthetic speech" in page_of(researcher_client, "home")


def test_a_study_on_real_speech_does_not_say_that_it_is_synthetic(researcher_client):
    study = factories.make_open_study()

    assert "Synthetic speech" not in page_of(researcher_client, "study_detail", study.slug)


def test_a_study_that_only_simulated_listeners_answered_says_so(researcher_client):
    badge = "Answered by programs, not by people"
    study = factories.make_open_study()
    factories.answer_trials(factories.make_session(study=study, is_simulated=True))

    assert badge in page_of(researcher_client, "study_detail", study.slug)
    assert badge in page_of(researcher_client, "study_list")
    factories.answer_trials(factories.make_session(study=study))
    assert badge not in page_of(researcher_client, "study_list")


def test_an_open_study_shows_its_link_its_progress_and_a_way_to_close_it(researcher_client):
    study = factories.make_open_study(protocol={"systems": [{"slug": "robot", "title": "Robot voice"}]})
    factories.answer_trials(factories.make_session(study=study), n_trials=4)

    page = page_of(researcher_client, "study_detail", study.slug)

    assert f"http://testserver/take/{study.slug}/" in page
    assert "Robot voice" in page
    assert '<progress class="in-row" value="4" max="32" aria-label="Ratings of all systems">' in page
    assert reverse("study_close", args=[study.slug]) in page
    assert f"/results/{study.slug}/" in page


def test_a_draft_without_clips_shows_how_to_prepare_it(researcher_client):
    study = factories.make_study()

    page = page_of(researcher_client, "study_detail", study.slug)

    assert reverse("study_prepare", args=[study.slug]) in page
    assert "nothing to rate yet" in page


def test_a_study_is_closed_and_opened_by_a_button(researcher_client):
    study = factories.make_open_study()

    closed = researcher_client.post(reverse("study_close", args=[study.slug]), follow=True)
    opened = researcher_client.post(reverse("study_open", args=[study.slug]), follow=True)

    assert "Listeners who have begun may finish" in closed.content.decode()
    assert "The study is open" in opened.content.decode()


def test_a_study_that_cannot_be_opened_or_closed_says_why(researcher_client):
    study = factories.make_study()

    opened = researcher_client.post(reverse("study_open", args=[study.slug]), follow=True)
    closed = researcher_client.post(reverse("study_close", args=[study.slug]), follow=True)

    assert "no stimuli yet" in opened.content.decode()
    assert "only an open study can be closed" in closed.content.decode()


@pytest.mark.parametrize("name", ["study_open", "study_close"])
def test_a_link_alone_does_not_change_a_study(researcher_client, name):
    study = factories.make_open_study()

    assert researcher_client.get(reverse(name, args=[study.slug])).status_code == 405


def test_an_unknown_study_is_not_found(researcher_client):
    assert researcher_client.get(reverse("study_detail", args=["unknown"])).status_code == 404


def queries_of(client, name, *args):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as queries:
        page_of(client, name, *args)
    return len(queries)


@pytest.mark.parametrize("name", ["study_list", "home"])
def test_the_number_of_queries_does_not_grow_with_the_studies(researcher_client, name):
    factories.make_open_study(owner=factories.make_researcher())
    with_one = queries_of(researcher_client, name)
    for _ in range(3):
        factories.make_open_study(owner=factories.make_researcher())

    assert queries_of(researcher_client, name) == with_one


def test_the_number_of_queries_does_not_grow_with_a_studys_listeners_and_systems(researcher_client):
    small = factories.make_open_study(owner=factories.make_researcher())
    with_two_systems = queries_of(researcher_client, "study_detail", small.slug)
    large = factories.make_open_study(
        owner=factories.make_researcher(), systems=["a", "b", "c", "d", "e"], block={"ratings_per_stimulus": 9}
    )
    for _ in range(3):
        factories.answer_trials(factories.make_session(study=large))

    assert queries_of(researcher_client, "study_detail", large.slug) == with_two_systems


@pytest.mark.parametrize("table", ["study", "block", "stimulus", "listener", "session", "trial", "rating"])
def test_every_table_can_be_looked_at_but_not_edited_in_the_admin_pages(client, table):
    client.force_login(
        factories.make_researcher(is_staff=True, is_superuser=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    session = factories.make_session()
    factories.answer_trials(session, n_trials=1)

    listed = client.get(reverse(f"admin:listening_tests_{table}_changelist"))
    added = client.get(reverse(f"admin:listening_tests_{table}_add"))

    assert listed.status_code == 200
    assert added.status_code == 403
    assert session.key not in listed.content.decode()
