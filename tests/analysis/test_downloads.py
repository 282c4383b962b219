"""What can be taken away from a study's results."""

import json
from contextlib import closing

import pandas as pd
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from analysis.engine.formats import FORMATS
from analysis.engine.formats.csv_with_dictionary import read_archive
from analysis.records import Listeners, record_in_chunks, record_of
from listening_tests.models import Rating
from tests import factories
from tests.analysis.answered_studies import make_answered_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def researcher(client):
    client.force_login(factories.make_researcher())
    return client


def printed(capsys, *arguments, **options):
    call_command("analyse", *arguments, **options)
    return capsys.readouterr().out


def test_the_exported_archive_is_the_studys_record(researcher):
    study = make_answered_study(n_real=3, n_simulated=2)

    response = researcher.get(reverse("results_export", args=[study.slug]))

    record = read_archive(response.getvalue())
    pd.testing.assert_frame_equal(record.ratings, record_of(study, Listeners.REAL).ratings, check_exact=True)
    assert not record.ratings["is_simulated"].any()
    assert response.headers["Content-Disposition"] == f'attachment; filename="{study.slug}.zip"'
    assert response.headers["Content-Type"] == "application/zip"


def test_an_archive_of_simulated_listeners_has_it_in_its_name(researcher):
    study = make_answered_study(n_simulated=2)

    with closing(researcher.get(reverse("results_export", args=[study.slug]))) as response:
        name = response.headers["Content-Disposition"]

    assert "simulated-listeners.zip" in name


def test_two_exports_are_the_same_bytes(researcher):
    study = make_answered_study(n_real=2)
    address = reverse("results_export", args=[study.slug])

    assert researcher.get(address).getvalue() == researcher.get(address).getvalue()


def test_the_archive_is_sent_from_a_file_with_its_length(researcher):
    study = make_answered_study(n_real=1)

    response = researcher.get(reverse("results_export", args=[study.slug]))

    assert response.streaming
    assert int(response.headers["Content-Length"]) == len(response.getvalue())


def test_an_archive_written_chunk_by_chunk_from_the_database_has_the_bytes_of_the_whole_record(tmp_path):
    study = make_answered_study(n_real=4, n_simulated=1)
    chunks = list(record_in_chunks(study, Listeners.REAL, at_once=40).ratings)

    with (tmp_path / "study.zip").open("wb") as file:
        FORMATS["csv"].write_in_chunks(record_in_chunks(study, Listeners.REAL, at_once=40), file)

    assert [chunk["session"].nunique() for chunk in chunks] == [2, 2]
    assert (tmp_path / "study.zip").read_bytes() == FORMATS["csv"].write(record_of(study, Listeners.REAL))


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.slug)
def test_the_command_writes_the_archive_of_a_study(form, tmp_path):
    study = make_answered_study(n_real=2)

    call_command("export_ratings", study.slug, form=form.slug, output=tmp_path / "out")

    (path,) = (tmp_path / "out").iterdir()
    assert path.name == f"{study.slug}.{form.ending}"
    assert path.read_bytes() == form.write(record_of(study, Listeners.REAL))


def test_an_export_that_fails_leaves_the_earlier_archive_as_it_was(tmp_path):
    study = make_answered_study(n_real=2)
    call_command("export_ratings", study.slug, form="csv", output=tmp_path / "out")
    before = (tmp_path / "out" / f"{study.slug}.zip").read_bytes()
    Rating.objects.filter(presentation__stimulus__block__method="acr").update(score=99)

    with pytest.raises(CommandError, match="lies outside its scale"):
        call_command("export_ratings", study.slug, form="csv", output=tmp_path / "out")

    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == {f"{study.slug}.zip": before}


def test_a_table_and_a_figure_can_be_taken_away(researcher):
    study = make_answered_study(n_real=3)

    table = researcher.get(reverse("results_table", args=[study.slug, "mean_opinion_score", "by_system"]))
    svg = researcher.get(reverse("results_figure", args=[study.slug, "mos-by-system", "svg"]))
    pdf = researcher.get(reverse("results_figure", args=[study.slug, "mos-by-system", "pdf"]))

    assert table.content.startswith(b"system,estimate,low,high,")
    assert (svg.headers["Content-Type"], svg.content[:5]) == ("image/svg+xml", b"<?xml")
    assert (pdf.headers["Content-Type"], pdf.content[:4]) == ("application/pdf", b"%PDF")


def test_files_of_a_study_without_ratings_are_not_found(researcher):
    study = factories.make_open_study()

    for name, arguments in [
        ("results_table", ["mean_opinion_score", "by_system"]),
        ("results_figure", ["confusion", "pdf"]),
    ]:
        assert researcher.get(reverse(name, args=[study.slug, *arguments])).status_code == 404


def test_the_command_prints_from_an_archive_what_it_prints_from_the_study(researcher, tmp_path, capsys):
    study = make_answered_study(n_real=3, is_synthetic=True)
    archive = tmp_path / "study.zip"
    archive.write_bytes(researcher.get(reverse("results_export", args=[study.slug])).getvalue())

    from_study = printed(capsys, study.slug)
    from_archive = printed(capsys, archive=archive)

    assert from_study == from_archive
    assert "Mean opinion score: by system" in from_study
    assert "Synthetic speech" in from_study


def test_the_command_writes_every_table(tmp_path, capsys):
    study = make_answered_study(n_simulated=3)

    text = printed(capsys, study.slug, tables=tmp_path / "tables")

    assert "Simulated listeners" in text
    assert len(list((tmp_path / "tables").glob("*.csv"))) == 14


@pytest.mark.parametrize("arguments", [{}, {"archive": "some.zip", "study": "some"}])
def test_the_command_wants_a_study_or_an_archive(arguments):
    study = [arguments["study"]] if "study" in arguments else []

    with pytest.raises(CommandError, match="one of the two"):
        call_command("analyse", *study, archive=arguments.get("archive"))


def test_the_command_names_an_unknown_study_and_the_known_ones():
    study = factories.make_open_study()

    with pytest.raises(CommandError, match=rf"There is no study 'nothing'\. The studies are: {study.slug}\."):
        call_command("analyse", "nothing")


def test_the_command_says_when_there_are_no_ratings():
    study = factories.make_open_study()

    with pytest.raises(CommandError, match="has no ratings of real listeners yet"):
        call_command("analyse", study.slug)


def test_the_command_refuses_a_file_that_is_no_archive(tmp_path):
    file = tmp_path / "holiday.jpg"
    file.write_bytes(b"not a zip")

    with pytest.raises(CommandError, match=r"holiday\.jpg: The file is not a whole zip archive"):
        call_command("analyse", archive=file)
    with pytest.raises(CommandError, match="No such file"):
        call_command("analyse", archive=tmp_path / "missing.zip")


def test_scripts_read_the_same_tables_as_json(researcher):
    study = make_answered_study(n_real=1)

    answer = json.loads(researcher.get(reverse("api_results", args=[study.slug])).content)

    first = answer["tables"]["mean_opinion_score"]["by_system"][0]
    assert first["system"] == "natural"
    assert first["low"] is None
    assert "one listener" in first["note"]
    assert answer["facts"]["protocol_sha256"] == study.protocol_sha256


def test_scripts_are_told_of_simulated_listeners_and_of_nothing_to_show(researcher):
    simulated, empty = make_answered_study(n_simulated=2), factories.make_open_study()

    told = researcher.get(reverse("api_results", args=[simulated.slug])).json()
    nothing = researcher.get(reverse("api_results", args=[empty.slug]))
    listed = researcher.get(reverse("api_results_list")).json()

    assert told["statements"][0].startswith("Simulated listeners")
    assert nothing.status_code == 404
    assert "no ratings" in nothing.json()["detail"]
    assert listed["count"] == 2


def test_scripts_must_log_in_and_can_change_nothing(client, researcher):
    study = factories.make_open_study()
    address = reverse("api_results", args=[study.slug])

    assert researcher.post(address).status_code == 405
    researcher.logout()
    assert client.get(address).status_code == 403
