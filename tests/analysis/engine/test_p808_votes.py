"""The P.808 toolkit's table of votes, as its result_parser.py writes it."""

import csv
import io
import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine.exchange import CannotBeWritten, FileDoesNotFit, SourceFile, without_anything_beside
from analysis.engine.formats.p808_votes import TIDY, read, write
from tests.analysis.frames import rating

HEADER = "HITId,workerid,assignment_id,assignmentstatus,file,short_file_name,vote,question_type,condition,snr\n"
TABLE = (
    HEADER + "h1,w1,a1,Approved,https://x.org/c01_f1.wav,c01_f1.wav,4,MOS,c01,10\n"
    "h1,w1,a1,Approved,https://x.org/c02_f1.wav,c02_f1.wav,2,MOS,c02,\n"
    "h1,w2,a2,Rejected,https://x.org/c01_f1.wav,c01_f1.wav,5,MOS,c01,10\n"
)


def table(text: str) -> SourceFile:
    return SourceFile("x_all_votes_per_clip.csv", text.encode())


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_a_vote_becomes_a_rating_on_the_scale_of_its_question():
    ratings = read([table(TABLE)], "study", None).ratings

    assert list(ratings["score"]) == [4.0, 2.0, 5.0]
    assert list(ratings["listener"]) == ["w1", "w1", "w2"]
    assert list(ratings["session"]) == ["a1", "a1", "a2"]
    assert list(ratings["trial_order"]) == [0, 1, 0]
    assert list(ratings["system"]) == ["c01____10", "c02", "c01____10"]
    assert set(ratings["method"]) == {"acr"}
    assert ratings[["scale_min", "scale_max"]].drop_duplicates().to_numpy().tolist() == [[1.0, 5.0]]
    assert list(ratings["exclusion"]) == ["", "", "rejected"]


def test_the_scales_of_one_clip_in_one_session_are_told_apart():
    text = HEADER + "".join(f"h1,w1,a1,Approved,c.wav,c.wav,{vote},MOS_{name},c,1\n" for name, vote in
                            [("SIG", 5), ("BAK", 1), ("OVRL", 3)])  # fmt: skip

    ratings = read([table(text)], "study", None).ratings

    assert list(ratings["method"]) == ["p808_sig", "p808_bak", "p808_ovrl"]
    assert ratings["block"].nunique() == 3


def test_a_comparison_goes_from_minus_3_to_3():
    text = HEADER + "h1,w1,a1,Approved,c.wav,c.wav,-3,CMOS,c,1\n"

    (score,) = read([table(text)], "study", None).ratings["score"]

    assert score == -3.0


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda name: name == name.strip())


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.tuples(names, names, st.integers(1, 5), st.sampled_from(["MOS", "MOS_SIG"])), min_size=1),
    key=names,
)
def test_what_was_read_is_written_again_cell_by_cell(rows, key):
    lines = [
        ["hit", worker, "a1", "Approved", file, file.rsplit("/", 1)[-1], str(vote), question, key]
        for worker, file, vote, question in rows
    ]
    text = io.StringIO()
    csv.writer(text).writerows([[*TIDY, "condition"], *lines])

    (written,) = write(read([table(text.getvalue())], "study", None)).values()

    assert rows_of(written) == [[*TIDY, "condition"], *lines]


def test_ratings_of_our_own_are_written_in_the_documented_columns_and_come_back():
    frame = pd.DataFrame([rating(trial_order=order, system=f"s{order}", score=order + 1.0) for order in range(4)])

    (written,) = write(without_anything_beside(frame)).values()
    back = read([table(written.decode())], "demo", None).ratings

    assert rows_of(written)[0] == [*TIDY, "condition"]
    for name in ("listener", "session", "system", "score", "clip_key", "method", "scale_min", "trial_order"):
        assert list(back[name]) == list(frame[name]), name


def test_a_byte_order_mark_and_old_line_ends_do_no_harm():
    marked = SourceFile("votes.csv", b"\xef\xbb\xbf" + TABLE.replace("\n", "\r\n").encode())

    assert read([marked], "study", None).ratings.equals(read([table(TABLE)], "study", None).ratings)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TABLE.replace("c02_f1.wav,2,MOS", "c02_f1.wav,6,MOS"), "line 3, column vote: '6' lies outside the scale"),
        (TABLE.replace("c02_f1.wav,2,MOS", "c02_f1.wav,two,MOS"), "line 3, column vote: 'two' is no number"),
        (TABLE.replace("2,MOS", "2,POLQA"), "line 3, column question_type: 'POLQA' is none of"),
        (TABLE.replace("c02_f1.wav,2,MOS,c02,", "c02_f1.wav,2,MOS,c02"), "line 3, column snr: the line has 9 cells"),
        (TABLE.replace("short_file_name", "file"), "line 1, column file: two columns have this name"),
        (TABLE.replace("workerid", "worker"), "line 1, column workerid: there is no such column"),
        ("", "line 1: the file is empty"),
        (HEADER, "The files hold no ratings"),
        (TABLE.replace("w2", '"w2'), "line 4: unexpected end of data"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_line_and_column(text, message):
    with pytest.raises(FileDoesNotFit) as refusal:
        read([table(text)], "study", None)

    assert message in str(refusal.value)


def test_what_is_no_text_is_refused():
    with pytest.raises(FileDoesNotFit, match=r"votes\.csv, byte 0: this is no UTF-8 text"):
        read([SourceFile("votes.csv", b"\xff\xfe")], "study", None)


def test_a_method_that_the_toolkit_has_not_cannot_be_written():
    words = rating(method="class_identification", response="left", score=math.nan)

    with pytest.raises(CannotBeWritten, match="class_identification"):
        write(without_anything_beside(pd.DataFrame([words])))
    with pytest.raises(CannotBeWritten, match="not on the toolkit's scale from 1 to 5"):
        write(without_anything_beside(pd.DataFrame([rating(scale_min=0.0, scale_max=5.0)])))
