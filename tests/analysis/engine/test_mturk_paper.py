"""Batch results of Mechanical Turk in the paper's layout. The paper published none, so these lines are made up."""

import csv
import io
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.engine.exchange import CannotBeWritten, FileDoesNotFit, SourceFile, without_anything_beside
from analysis.engine.formats.mturk_paper import DOCUMENTED, SCORES, read, write
from analysis.engine.ratings import check_ratings
from analysis.engine.statistics.mean_opinion_score import mean_opinion_score
from tests.analysis.frames import rating

GOOD = "Good - Mostly clear speech"


def answer(**given) -> dict[str, str]:
    return {
        "HITId": "hit-1", "HITTypeId": "type", "Title": "Rate, please", "Description": "", "Reward": "$0.05",
        "AssignmentId": "assignment-1", "WorkerId": "worker-1", "AssignmentStatus": "Approved",
        "AcceptTime": "Sat Mar 02 11:22:33 PST 2019", "SubmitTime": "Sat Mar 02 11:22:45 PST 2019",
        "WorkTimeInSeconds": "12", "Input.experiment": "1", "Input.class_label": "left",
        "Input.audio_url": "https://example.org/1/left_0.wav", "Answer.audio-naturalness.label": GOOD, **given,
    }  # fmt: skip


def clarity(**given) -> dict[str, Any]:
    return {**rating(**given), "method": "acr_clarity"}


def batch(*answers: dict[str, str]) -> SourceFile:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(answers[0]))
    writer.writeheader()
    writer.writerows(answers)
    return SourceFile("batch.csv", text.getvalue().encode())


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_labels_become_scores_from_0_to_4_and_the_scale_is_kept_with_them():
    answers = [
        answer(**{"AssignmentId": f"a{place}", "Answer.audio-naturalness.label": label})
        for place, label in enumerate(SCORES)
    ]

    ratings = read([batch(*answers)], "paper", None).ratings

    assert list(ratings["score"]) == [4.0, 3.0, 2.0, 1.0, 0.0]
    assert set(ratings["scale_min"]) == {0.0}
    assert set(ratings["scale_max"]) == {4.0}
    assert mean_opinion_score(ratings, ["system"])["estimate"].tolist() == [2.0]


def test_the_experiment_is_the_system_and_an_original_is_natural():
    answers = [
        answer(),
        answer(**{"AssignmentId": "a2", "Input.experiment": "4"}),
        answer(**{"AssignmentId": "a3", "Input.audio_url": "https://example.org/original/left_0.wav"}),
    ]

    ratings = read([batch(*answers)], "paper", None).ratings

    assert list(ratings["system"]) == ["classifier-noise", "decoder-class", "natural"]
    assert list(ratings["item"]) == list(ratings["probe"]) == ["left"] * 3


def test_times_of_pacific_summer_and_winter_become_utc():
    answers = [answer(), answer(AssignmentId="a2", SubmitTime="Sat Jul 06 11:22:45 PDT 2019")]

    ratings = read([batch(*answers)], "paper", None).ratings

    assert ratings["answered_at"].tolist() == [
        pd.Timestamp("2019-03-02T19:22:45Z"),
        pd.Timestamp("2019-07-06T18:22:45Z"),
    ]
    assert ratings["response_seconds"].tolist() == [12.0, 12.0]


def test_only_the_papers_five_columns_are_needed_and_what_lacks_is_missing():
    lone = {name: value for name, value in answer().items() if name.startswith(("Worker", "Input", "Answer"))}

    ratings = read([batch(lone)], "paper", None).ratings

    missing = ["first_shown_at", "answered_at", "response_seconds", "play_count", "hidden_seconds"]
    assert ratings[missing].isna().all(axis=None)


def test_a_rejected_assignment_is_excluded():
    ratings = read([batch(answer(AssignmentStatus="Rejected"))], "paper", None).ratings

    assert list(ratings["exclusion"]) == ["rejected"]


def test_what_was_read_is_written_again_with_every_column():
    answers = [answer(), answer(AssignmentId="a2", Title='With "quotes"\nand a second line')]

    (written,) = write(read([batch(*answers)], "paper", None)).values()

    assert rows_of(written) == answers


def test_ratings_of_our_own_are_written_in_the_documented_columns_and_come_back():
    rows = [
        clarity(scale_min=1.0, scale_max=5.0, score=float(score), system=system, trial_order=score)
        for score, system in [(5, "natural"), (1, "classifier-noise"), (3, "decoder-class")]
    ]

    (written,) = write(without_anything_beside(pd.DataFrame(rows))).values()
    back = read([SourceFile("batch.csv", written)], "demo", None).ratings

    assert list(rows_of(written)[0]) == list(DOCUMENTED)
    assert list(back["score"]) == [4.0, 0.0, 2.0]
    assert list(back["system"]) == ["natural", "classifier-noise", "decoder-class"]
    assert list(back["listener"]) == ["listener-1"] * 3
    assert list(back["answered_at"]) == [row["answered_at"].floor("s") for row in rows]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Answer.audio-naturalness.label": "Okay"}, "line 3, column Answer.audio-naturalness.label: 'Okay' is none"),
        ({"Input.experiment": "5"}, "line 3, column Input.experiment: '5' is none of 1, 2, 3, 4"),
        ({"WorkerId": " "}, "line 3, column WorkerId: ' ' is empty"),
        ({"SubmitTime": "yesterday"}, "line 3, column SubmitTime: 'yesterday' has none of the time zones"),
        ({"SubmitTime": "Sat March 2 PST 2019"}, "line 3, column SubmitTime: 'Sat March 2 PST 2019' is no time"),
        ({"WorkTimeInSeconds": "long"}, "line 3, column WorkTimeInSeconds: 'long' is no number"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_whole_with_line_and_column(change, message):
    with pytest.raises(FileDoesNotFit) as refusal:
        read([batch(answer(), answer(AssignmentId="a2", **change))], "paper", None)

    assert message in str(refusal.value)
    assert "batch.csv" in str(refusal.value)


def test_a_missing_column_is_named():
    lacking = {name: value for name, value in answer().items() if name != "Input.experiment"}

    with pytest.raises(FileDoesNotFit, match=r"batch\.csv, line 1, column Input\.experiment: there is no such column"):
        read([batch(lacking)], "paper", None)


def test_systems_that_the_paper_had_not_cannot_be_written():
    strange = clarity(scale_min=1.0, scale_max=5.0, system="copy-wavenet")

    with pytest.raises(CannotBeWritten, match="'copy-wavenet'"):
        write(without_anything_beside(pd.DataFrame([strange])))


def test_other_methods_and_steps_between_cannot_be_written():
    with pytest.raises(CannotBeWritten, match="there are ratings of acr"):
        write(without_anything_beside(pd.DataFrame([rating()])))
    between = clarity(scale_min=0.0, scale_max=4.0, score=2.5)
    with pytest.raises(CannotBeWritten, match=r"2\.5 is none of the five steps"):
        write(without_anything_beside(pd.DataFrame([between])))


def test_missing_times_are_written_empty():
    row = clarity(scale_min=0.0, scale_max=4.0, answered_at=pd.NaT, first_shown_at=pd.NaT)
    row["response_seconds"] = np.nan

    (written,) = write(without_anything_beside(check_ratings(pd.DataFrame([row])))).values()

    assert [rows_of(written)[0][name] for name in ("AcceptTime", "SubmitTime", "WorkTimeInSeconds")] == [""] * 3
