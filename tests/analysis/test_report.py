"""The report: one file that stands alone, the same each time it is made from the same record."""

import re

import pytest
from django.core.management import call_command
from django.urls import reverse

from analysis.engine import results
from analysis.engine.results import analyse
from analysis.records import Listeners, record_of
from analysis.report import report_html
from tests import factories
from tests.analysis.answered_studies import make_answered_study

pytestmark = pytest.mark.django_db


def test_a_report_has_every_statistic_with_its_tables_and_figures():
    text = report_html(record_of(make_answered_study(n_real=4), Listeners.REAL))

    for told in ("Mean opinion score", "Word identification", "Classifier and human agreement"):
        assert f"<h2>{told}</h2>" in text
    assert text.count("<svg") >= 5
    assert "Natural speech" in text
    assert "Drawn: 10,000 bootstrap resamples of listeners and clips, seed " in text
    assert "<dd>mean_opinion_score, word_identification, classifier_human_agreement</dd>" in text
    assert "exclusions left out 0 ratings." in text
    assert "With and without exclusions" not in text


def test_a_report_stands_alone():
    text = report_html(record_of(make_answered_study(n_real=3), Listeners.REAL))

    addresses = set(re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)""", text))
    assert not [address for address in addresses if not address.startswith("#")]
    assert "<script" not in text


def test_the_same_record_gives_the_same_report():
    study = make_answered_study(n_real=3)

    first, second = (report_html(record_of(study, Listeners.REAL)) for _ in range(2))

    assert first == second


def test_simulated_answers_are_marked_in_the_report():
    text = report_html(record_of(make_answered_study(n_simulated=3), Listeners.SIMULATED))

    assert "Simulated listeners: a program gave these answers." in text


def test_a_report_is_written_with_its_tables_and_figures(tmp_path):
    study = make_answered_study(n_real=3)

    call_command("analyse", study.slug, report=tmp_path / "report", verbosity=0)

    assert (tmp_path / "report" / "report.html").read_text().lstrip().startswith("<!doctype html>")
    assert (tmp_path / "report" / "tables" / "mean_opinion_score-by_system.csv").is_file()
    assert (tmp_path / "report" / "figures" / "mos-by-system.pdf").read_bytes().startswith(b"%PDF")


def test_the_numbers_of_a_written_report_are_computed_once(tmp_path, monkeypatch):
    study = make_answered_study(n_real=3)
    seen = []
    monkeypatch.setattr(results, "analyse", lambda record, **given: seen.append(record) or analyse(record, **given))

    call_command("analyse", study.slug, report=tmp_path / "report", tables=tmp_path / "tables", verbosity=0)

    assert len(seen) == 1


def test_the_report_is_sent_to_researchers_as_a_file(client):
    study = make_answered_study(n_real=3)
    address = reverse("results_report", args=[study.slug])
    before = client.get(address)
    client.force_login(factories.make_researcher())

    sent = client.get(address)

    assert before.status_code == 302
    assert sent["Content-Disposition"].startswith("attachment")
    assert "Mean opinion score" in sent.content.decode()


def test_there_is_no_report_before_the_first_answer(client):
    client.force_login(factories.make_researcher())

    assert client.get(reverse("results_report", args=[factories.make_open_study().slug])).status_code == 404


def test_numbers_with_and_without_what_was_excluded_stand_in_the_report_and_on_the_page(client):
    study = make_answered_study(n_real=4)
    careless = study.sessions.first()
    careless.exclusion = "gold"
    careless.save()

    client.force_login(factories.make_researcher())
    page = client.get(reverse("results", args=[study.slug])).content.decode()
    report = report_html(record_of(study, Listeners.REAL))

    n_left_out = careless.trials.exclude(answered_at=None).count()
    for text in (page, report):
        assert f"left out {n_left_out} ratings" in re.sub(r"<[^>]+>", "", text)
        assert "With and without exclusions" in text
