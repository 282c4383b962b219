"""Logging in: one-time passwords, and a door that locks."""

import pytest
from django.urls import reverse

from accounts.models import Researcher
from tests import factories

pytestmark = pytest.mark.django_db

OWN_PASSWORD = "a quiet walk by the sea"


@pytest.fixture
def newcomer(client):
    """Come in with a one-time password."""
    researcher = factories.make_researcher(must_change_password=True)
    client.force_login(researcher, backend="django.contrib.auth.backends.ModelBackend")
    return researcher


def log_in(client, username, password):
    return client.post(reverse("login"), {"username": username, "password": password})


def test_a_researcher_logs_in(client):
    researcher = factories.make_researcher(password=OWN_PASSWORD)

    response = log_in(client, researcher.username, OWN_PASSWORD)

    assert response.status_code == 302
    assert response["Location"] == reverse("home")


def test_a_wrong_password_is_told_without_saying_which_part_is_wrong(client):
    response = log_in(client, "nobody", "wrong")

    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()


def test_a_one_time_password_opens_only_the_page_that_sets_ones_own(client, newcomer):
    for page in ("home", "study_list"):
        response = client.get(reverse(page))

        assert response.status_code == 302
        assert response["Location"] == reverse("password_change")
    assert "good for this once" in client.get(reverse("password_change")).content.decode()


def test_with_a_password_of_their_own_a_newcomer_goes_on(client, newcomer):
    passwords = {"old_password": "not a secret", "new_password1": OWN_PASSWORD, "new_password2": OWN_PASSWORD}

    response = client.post(reverse("password_change"), passwords, follow=True)

    assert response.status_code == 200
    assert "Your password is set." in response.content.decode()
    assert not Researcher.objects.get(pk=newcomer.pk).must_change_password


def test_a_password_that_is_too_short_is_refused_with_the_reason(client, newcomer):
    passwords = {"old_password": "not a secret", "new_password1": "short", "new_password2": "short"}

    response = client.post(reverse("password_change"), passwords)

    assert "too short" in response.content.decode()
    assert Researcher.objects.get(pk=newcomer.pk).must_change_password


def test_a_newcomer_may_log_out(client, newcomer):
    response = client.post(reverse("logout"))

    assert response["Location"] == reverse("home")


def test_the_api_tells_a_newcomer_in_its_own_language(client, newcomer):
    response = client.get("/api/results/")

    assert response.status_code == 403
    assert reverse("password_change") in response.json()["detail"]


def test_static_files_come_also_to_a_newcomer(client, newcomer, settings):
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True

    response = client.get(settings.STATIC_URL + "css/hearsay.css")

    assert response.status_code == 200
    assert b".skip-link" in b"".join(response.streaming_content)
    response.close()


def test_eight_wrong_passwords_lock_the_door_also_for_the_right_one(client):
    researcher = factories.make_researcher(password=OWN_PASSWORD)
    for _ in range(8):
        log_in(client, researcher.username, "wrong")

    response = log_in(client, researcher.username, OWN_PASSWORD)

    assert response.status_code == 429
    assert "Too many wrong passwords" in response.content.decode()


def test_seven_wrong_passwords_do_not(client):
    researcher = factories.make_researcher(password=OWN_PASSWORD)
    for _ in range(7):
        log_in(client, researcher.username, "wrong")

    response = log_in(client, researcher.username, OWN_PASSWORD)

    assert response["Location"] == reverse("home")
