"""What the results page says of stopping a study."""

import re

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests import factories
from tests.analysis.answered_studies import PROTOCOL, make_answered_study

pytestmark = pytest.mark.django_db


def page(client, half_width, **fields):
    """Return the text of the results of a study that declares this half-width."""
    client.force_login(factories.make_researcher())
    protocol = {**PROTOCOL, "analysis": {"statistics": ["mean_opinion_score"], **half_width}}
    study = make_answered_study(protocol=protocol, judged=False, **fields)
    response = client.get(reverse("results", args=[study.slug]))
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_study_whose_intervals_are_narrow_enough_may_stop(client):
    text = page(client, {"half_width": {"score": 4.0}}, n_real=4)

    assert "<strong>The study may stop.</strong> Every interval is as narrow as declared." in text
    assert "Half-widths of the intervals and what was declared" in text
    assert "stopping when a difference is significant does, so do not" in text


def test_a_study_whose_intervals_are_too_wide_says_how_many(client):
    text = page(client, {"half_width": {"score": 0.01, "share": 0.01}}, n_real=4)

    assert "<strong>The study may not stop yet.</strong> 4 of 4 intervals are wider than declared" in text
    assert "right words" in text


def test_a_study_that_declares_no_half_width_is_told_nothing(client):
    assert "May the study stop?" not in page(client, {}, n_real=3)


def test_the_report_and_its_tables_say_whether_the_study_may_stop(tmp_path, capsys):
    protocol = {**PROTOCOL, "analysis": {"statistics": ["mean_opinion_score"], "half_width": {"score": 4.0}}}
    study = make_answered_study(protocol=protocol, judged=False, n_real=4)

    call_command("analyse", study.slug, report=tmp_path)

    assert "<strong>The study may stop.</strong>" in (tmp_path / "report.html").read_text()
    assert "below_since" in (tmp_path / "tables" / "half_widths.csv").read_text().splitlines()[0]
    assert "Half-widths\n" in capsys.readouterr().out
