"""Ratings of other programs on their way in, and ours on their way out, by the commands."""

import csv
import io

import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from analysis.engine.exchange import CannotBeWritten
from analysis.engine.formats import EXCHANGE_FORMATS
from analysis.engine.formats.csv_with_dictionary import read_archive, write_archive
from analysis.engine.interchange import files_of
from analysis.engine.ratings import RATINGS, NoRatings
from analysis.engine.record import StudyFacts, StudyRecord, study_record
from analysis.engine.statistics.mean_opinion_score import mean_opinion_score
from tests.analysis.frames import rating, simulated_judgements, simulated_ratings

VOTES = (
    "HITId,workerid,assignment_id,assignmentstatus,file,short_file_name,vote,question_type,condition\n"
    "h1,w1,a1,Approved,c01_f1.wav,c01_f1.wav,4,MOS,c01\n"
    "h1,w2,a2,Approved,c01_f1.wav,c01_f1.wav,5,MOS,c01\n"
    "h2,w1,a3,Approved,c02_f1.wav,c02_f1.wav,1,MOS,c02\n"
    "h2,w2,a4,Approved,c02_f1.wav,c02_f1.wav,2,MOS,c02\n"
)


@pytest.fixture
def votes(tmp_path):
    path = tmp_path / "x_all_votes_per_clip.csv"
    path.write_text(VOTES)
    return path


def a_record(ratings: pd.DataFrame) -> StudyRecord:
    facts = StudyFacts("demo", "Demo", 1, "0" * 64, 1, "real", "corpus", False)
    return study_record(facts, {}, ratings, simulated_judgements())


def said(*command: object) -> str:
    out = io.StringIO()
    call_command(*[str(part) for part in command], stdout=out)
    return out.getvalue()


def test_imported_ratings_become_our_table_with_the_rest_beside_it(votes, tmp_path):
    told = said("import_ratings", "p808_votes", votes, "--output", tmp_path / "ratings.csv")

    assert "Read 4 ratings of 2 listeners" in told
    assert "Not in the files: gold and trapping clips" in told
    table = pd.read_csv(tmp_path / "ratings.csv")
    assert list(table.columns) == [column.name for column in RATINGS]
    assert list(table["score"]) == [4.0, 5.0, 1.0, 2.0]
    assert list(pd.read_csv(tmp_path / "ratings-beside.csv")["HITId"]) == ["h1", "h1", "h2", "h2"]


def test_imported_ratings_can_be_analysed_from_their_archive(votes, tmp_path):
    said("import_ratings", "p808_votes", votes, "--output", tmp_path / "old.zip", "--study", "old")

    record = read_archive((tmp_path / "old.zip").read_bytes())

    means = mean_opinion_score(record.ratings, ["system"])
    assert record.facts.title == "old, imported from P.808 toolkit, all votes per clip"
    assert dict(zip(means["system"], means["estimate"], strict=True)) == {"c01": 4.5, "c02": 1.5}
    assert (tmp_path / "old-beside.csv").exists()


def test_a_file_that_does_not_fit_leaves_nothing_behind(votes, tmp_path):
    votes.write_text(VOTES.replace(",5,MOS", ",6,MOS"))

    with pytest.raises(CommandError, match=r"x_all_votes_per_clip\.csv, line 3, column vote: '6' lies outside"):
        said("import_ratings", "p808_votes", votes, "--output", tmp_path / "ratings.csv")

    assert not (tmp_path / "ratings.csv").exists()


def test_an_output_of_unknown_sort_and_a_missing_file_are_refused(votes, tmp_path):
    with pytest.raises(CommandError, match=r"ends in \.csv or \.zip"):
        said("import_ratings", "p808_votes", votes, "--output", tmp_path / "ratings.xlsx")
    with pytest.raises(CommandError, match="No such file"):
        said("import_ratings", "p808_votes", tmp_path / "nothing.csv", "--output", tmp_path / "ratings.csv")


def test_likert_answers_get_their_scale_on_the_command_line(tmp_path):
    path = tmp_path / "lms.csv"
    path.write_text("session_test_id,trial_id,stimuli_rating,stimuli,rating_time\ntest,t1, 6 ,C1,1000\n")

    said("import_ratings", "webmushra", path, "--output", tmp_path / "ratings.csv", "--scale", "1", "7")

    table = pd.read_csv(tmp_path / "ratings.csv")
    assert table.loc[0, ["score", "scale_max", "study"]].tolist() == [6.0, 7.0, "test"]


def test_an_archive_is_written_in_another_programs_format(tmp_path):
    (tmp_path / "demo.zip").write_bytes(write_archive(a_record(simulated_ratings())))

    told = said("export_ratings", "--archive", tmp_path / "demo.zip", "--as", "reseval", "--method", "acr",
                "--output", tmp_path / "out")  # fmt: skip

    assert [line.rpartition("/")[2] for line in told.split("\n") if line] == ["responses.csv", "conditions.csv"]
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "responses.csv").read_text())))
    assert len(rows) == (simulated_ratings()["method"] == "acr").sum()


def test_the_archive_itself_is_one_of_the_formats(tmp_path):
    record = a_record(simulated_ratings())
    (tmp_path / "demo.zip").write_bytes(write_archive(record))

    said("export_ratings", "--archive", tmp_path / "demo.zip", "--as", "csv", "--output", tmp_path / "out")

    again = read_archive((tmp_path / "out" / "demo.zip").read_bytes())
    pd.testing.assert_frame_equal(again.ratings, record.ratings)


def test_neither_gold_nor_what_was_excluded_is_given_to_programs_that_cannot_tell_it():
    rows = [
        rating(), rating(trial_order=1, role="gold", system="gold"), rating(trial_order=2, role="training"),
        rating(listener="careless", exclusion="gold", system="careless"),
    ]  # fmt: skip

    (written,) = files_of(a_record(pd.DataFrame(rows)), "p808_votes", None).values()

    assert len(written.decode().splitlines()) == 2
    assert b"careless" not in written


def test_several_methods_are_too_many_for_most_formats():
    record = a_record(simulated_ratings())

    with pytest.raises(CannotBeWritten, match="class_identification"):
        files_of(record, "golisten", None)
    with pytest.raises(NoRatings, match="no ratings of the method mushra that count"):
        files_of(record, "webmushra", "mushra")


@pytest.mark.parametrize("form", EXCHANGE_FORMATS.values(), ids=lambda form: form.slug)
def test_every_format_says_what_it_is_and_what_it_lacks(form):
    assert form.title
    assert form.source
    assert form.lacks
    assert all(line == line.strip() and not line.endswith(".") for line in form.lacks)
