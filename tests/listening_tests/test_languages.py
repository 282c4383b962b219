"""Listeners read the pages in their own language."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from listening_tests.management import translations
from tests import factories
from tests.listening_tests.consenting import agree

pytestmark = pytest.mark.django_db


@pytest.fixture
def study():
    return factories.make_open_study(methods=["acr"], protocol={"listeners": {"languages": ["en", "fi", "ar"]}})


def take(client, study, headers=None, **fields):
    return client.get(reverse("take_study", args=[study.slug]), fields, headers=headers or {})


@pytest.mark.parametrize(("accepted", "told"), [("fi-FI,en;q=0.5", "Suostun"), ("sv", "I agree"), ("ar", "أوافق")])
def test_a_page_is_in_the_browsers_language_if_the_study_has_it(client, study, accepted, told):
    shown = take(client, study, headers={"accept-language": accepted}).content.decode()

    assert told in shown


def test_a_study_without_the_browsers_language_speaks_its_own(client):
    study = factories.make_open_study(protocol={"listeners": {"languages": ["fi"]}})

    shown = take(client, study, headers={"accept-language": "en"}).content.decode()

    assert '<html lang="fi" dir="ltr">' in shown


def test_who_chooses_a_language_keeps_it_for_the_whole_session(client, study):
    page = take(client, study, language="ar").content.decode()
    agree(client, reverse("take_study", args=[study.slug]), language="ar", headers={"accept-language": "fi"})
    session = study.sessions.get()

    shown = client.get(reverse("withdraw", args=[session.key]), headers={"accept-language": "fi"}).content.decode()

    assert '<html lang="ar" dir="rtl">' in page
    assert '<html lang="ar" dir="rtl">' in shown
    assert session.consent.language == "ar"
    assert "ما وافقت عليه" in client.get(reverse("consent_copy", args=[session.key])).content.decode()


def test_scales_are_in_the_listeners_language(client, study):
    agree(client, reverse("take_study", args=[study.slug]), language="fi")
    session = study.sessions.get()
    type(session).objects.update(state="listening")

    shown = client.get(reverse("trial", args=[session.key]), {"begin": 1}).content.decode()

    assert "Erinomainen" in shown
    assert "Excellent" not in shown


def test_addresses_keep_what_recruiters_put_into_them(client, study):
    shown = take(client, study, PROLIFIC_PID="a&b").content.decode()

    assert "?PROLIFIC_PID=a%26b&amp;language=fi" in shown


def test_every_language_has_every_text():
    translations.check_catalogues()


def test_a_catalogue_compiles_to_the_same_file_at_any_time(settings, tmp_path):
    settings.LOCALE_PATHS = [tmp_path]
    translations.update_catalogues()
    before = {path: path.read_bytes() for path in tmp_path.rglob("django.*")}

    translations.update_catalogues()

    assert {path: path.read_bytes() for path in tmp_path.rglob("django.*")} == before
    assert b"2000-01-01" in (tmp_path / "fi" / "LC_MESSAGES" / "django.mo").read_bytes()


def test_a_missing_text_is_named(settings, tmp_path):
    settings.LOCALE_PATHS = [tmp_path]
    call_command("messages", verbosity=0)

    with pytest.raises(CommandError, match=r"lacks .* texts .*make messages"):
        call_command("messages", check=True)


def test_what_is_translated_stays_when_catalogues_are_brought_up_to_date(settings, tmp_path):
    settings.LOCALE_PATHS = [tmp_path]
    path = tmp_path / "fi" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text('msgid ""\nmsgstr ""\n\nmsgid "Excellent"\nmsgstr "Oivallinen"\n\nmsgid "Gone"\nmsgstr "Poissa"\n')

    translations.update_catalogues()

    assert 'msgid "Excellent"\nmsgstr "Oivallinen"' in path.read_text()
    assert "Poissa" not in path.read_text()
    assert b"Oivallinen" in path.with_suffix(".mo").read_bytes()


def test_a_studys_own_texts_run_in_their_own_direction(client):
    study = factories.make_open_study(
        protocol={"listeners": {"languages": ["ar"], "purpose": "to learn <how> speech sounds"}}
    )

    shown = take(client, study).content.decode()

    assert f"<h1><bdi>{study.title}</bdi></h1>" in shown
    assert "<bdi>to learn &lt;how&gt; speech sounds</bdi>" in shown
