"""The result files of webMUSHRA, as its service/write.php writes them."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine.exchange import CannotBeWritten, FileDoesNotFit, SourceFile, without_anything_beside
from analysis.engine.formats.webmushra import read, write
from analysis.engine.statistics.mushra_score import MUSHRA_SCORE
from tests.analysis.frames import rating, simulated_judgements

MUSHRA = (
    "session_test_id,email,age,session_uuid,trial_id,rating_stimulus,rating_score,rating_time,rating_comment\n"
    "codec,a@x.org,30,u1,t1,reference,100,5200,\n"
    'codec,a@x.org,30,u1,t1,C1,55,5200,"muddy, ""flat"""\n'
    "codec,a@x.org,30,u1,t1,anchor35,10,5200,\n"
    "codec,b@x.org,41,u2,t1,reference,95,7000,\n"
)
WITHOUT_UUID = MUSHRA.replace(",session_uuid", "").replace(",u1", "").replace(",u2", "")
PAIRS = (
    "session_test_id,age,trial_id,choice_reference,choice_non_reference,choice_answer,choice_time,choice_comment\n"
    "codec,30,t1,ref,C1,correct,900,\ncodec,30,t2,ref,C1,incorrect,800,hard\ncodec,30,t3,ref,C2,undecided,700,\n"
)
LMS = (
    "session_test_id,trial_id,stimuli_rating,stimuli,rating_time\n"
    "codec,t1, 4 ,C1,1000\ncodec,t1, 2 ,C2,1000\ncodec,t1, 5 ,C1,1100\n"
)
TWO_QUESTIONS = (
    "session_test_id,trial_id,stimuli_rating1,stimuli_rating2,stimuli,rating_time\n"
    "codec,t1,4,good,C1,1000\ncodec,t2,2,bad,C2,1500.5\n"
)


def source(name: str, text: str) -> SourceFile:
    return SourceFile(name, text.encode())


def cells(content: bytes | str) -> list[list[str]]:
    text = content if isinstance(content, str) else content.decode()
    return [[each.strip() for each in row] for row in csv.reader(io.StringIO(text, newline=""))]


def test_sliders_become_mushra_ratings_with_their_hidden_reference_and_anchors():
    ratings = read([source("mushra.csv", MUSHRA)], "study", None).ratings

    assert list(ratings["score"]) == [100.0, 55.0, 10.0, 95.0]
    assert list(ratings["role"]) == ["hidden_reference", "sample", "anchor", "hidden_reference"]
    assert list(ratings["listener"]) == ["u1", "u1", "u1", "u2"]
    assert set(ratings["study"]) == {"codec"}
    assert list(ratings["response_seconds"]) == [5.2, 5.2, 5.2, 7.0]
    assert "by_system" in MUSHRA_SCORE.tables(ratings, simulated_judgements(), 0.95)


def test_without_a_uuid_sessions_are_blocks_of_lines_with_one_questionnaire():
    ratings = read([source("mushra.csv", WITHOUT_UUID)], "study", None).ratings

    assert list(ratings["session"]) == ["mushra-1", "mushra-1", "mushra-1", "mushra-2"]


def test_a_stimulus_that_comes_again_begins_the_next_session():
    ratings = read([source("lms.csv", LMS)], "study", (1.0, 5.0)).ratings

    assert list(ratings["session"]) == ["lms-1", "lms-1", "lms-2"]
    assert list(ratings["score"]) == [4.0, 2.0, 5.0]
    assert list(ratings["response"]) == ["4", "2", "5"]


def test_likert_answers_have_no_score_unless_somebody_says_their_scale():
    ratings = read([source("lms.csv", LMS)], "study", None).ratings

    assert ratings["score"].isna().all()
    assert set(ratings["method"]) == {"likert"}


def test_a_comparison_is_right_or_wrong():
    ratings = read([source("paired_comparison.csv", PAIRS)], "study", None).ratings

    assert list(ratings["score"]) == [1.0, 0.0, 0.0]
    assert list(ratings["response"]) == ["correct", "incorrect", "undecided"]
    assert set(ratings["method"]) == {"abx"}


def test_several_questions_of_one_stimulus_are_told_apart():
    ratings = read([source("lss.csv", TWO_QUESTIONS)], "study", None).ratings

    assert list(ratings["response"]) == ["4", "good", "2", "bad"]
    assert ratings["block"].nunique() == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [("mushra.csv", MUSHRA), ("paired_comparison.csv", PAIRS), ("lms.csv", LMS), ("lss.csv", TWO_QUESTIONS)],
)
def test_what_was_read_is_written_again_cell_by_cell(name, text):
    written = write(read([source(name, text)], "study", None))

    assert list(written) == [name]
    assert cells(written[name]) == cells(text)


def test_the_padding_of_lms_is_written_again():
    (written,) = write(read([source("lms.csv", LMS)], "study", None)).values()

    assert b"codec,t1, 4 ,C1,1000" in written


def test_several_files_of_one_study_go_together():
    written = write(read([source("mushra.csv", MUSHRA), source("lms.csv", LMS)], "study", None))

    assert list(written) == ["mushra.csv", "lms.csv"]


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda name: name == name.strip())


@settings(max_examples=25, deadline=None)
@given(
    score=st.integers(0, 100), time=st.integers(0, 10**7), comment=st.text(st.characters(exclude_categories=["Cs"])),
    trial=names, stimulus=names, question=names, answer=names,
)  # fmt: skip
def test_no_text_and_no_number_is_lost_on_the_way(score, time, comment, trial, stimulus, question, answer):
    question = f"{question}?"
    header = ["session_test_id", question, "session_uuid", "trial_id", "rating_stimulus", "rating_score",
              "rating_time", "rating_comment"]  # fmt: skip
    row = ["test", answer, "u", trial, stimulus, str(score), str(time), comment]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, row])

    (written,) = write(read([source("mushra.csv", text.getvalue())], "study", None)).values()

    assert list(csv.reader(io.StringIO(written.decode(), newline=""))) == [header, row]


def test_ratings_of_our_own_are_written_in_the_documented_columns_and_come_back():
    rows = [
        {
            **rating(trial_order=order // 2, system=system, item=f"w{order // 2}", stimulus=f"{system}-{order}"),
            "method": "mushra", "scale_min": 0.0, "scale_max": 100.0, "score": 20.0 * order, "role": role,
        }
        for order, (system, role) in enumerate([("natural", "hidden_reference"), ("noise", "sample")] * 2)
    ]  # fmt: skip

    written = write(without_anything_beside(pd.DataFrame(rows)))
    back = read([SourceFile("mushra.csv", written["mushra.csv"])], "demo", None).ratings

    assert cells(written["mushra.csv"])[0] == [
        "session_test_id", "session_uuid", "trial_id", "rating_stimulus", "rating_score", "rating_time",
        "rating_comment",
    ]  # fmt: skip
    for name in ("study", "session", "item", "role", "score", "trial_order", "response_seconds"):
        assert list(back[name]) == [row[name] for row in rows], name


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("mushra.csv", MUSHRA.replace(",55,", ",155,"), "line 3, column rating_score: '155' lies outside the scale"),
        ("mushra.csv", MUSHRA.replace(",55,", ",many,"), "line 3, column rating_score: 'many' is no number"),
        ("mushra.csv", MUSHRA.replace("7000", "-1"), "line 5, column rating_time: '-1' lies outside"),
        ("mushra.csv", MUSHRA.replace("41,u2", "41,yes,u2"), "line 5, column rating_comment: the line has 10 cells"),
        ("mushra.csv", MUSHRA.replace("u1,t1,C1", "u1,t1,reference"), "line 3, column session_test_id: 'codec' begins"),
        ("mushra.csv", MUSHRA.replace("rating_score,rating_time", "rating_time,rating_score"), "the last columns are"),
        ("mushra.csv", MUSHRA.replace("session_test_id", "test"), "line 1, column session_test_id: there is no such"),
        ("paired_comparison.csv", PAIRS.replace("undecided", "maybe"), "line 4, column choice_answer: 'maybe' is none"),
        ("lss.csv", LMS.replace(" 4 ", "  "), "line 2, column stimuli_rating: '  ' is empty"),
        ("bs1116.csv", MUSHRA, "bs1116.csv: webMUSHRA's result files that can be read are mushra.csv"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_line_and_column(name, text, message):
    with pytest.raises(FileDoesNotFit) as refusal:
        read([source(name, text)], "study", (1.0, 5.0))

    assert message in str(refusal.value)


def test_words_cannot_be_written():
    words = rating(method="class_identification", response="left", score=np.nan)

    with pytest.raises(CannotBeWritten, match="class_identification"):
        write(without_anything_beside(pd.DataFrame([words])))
