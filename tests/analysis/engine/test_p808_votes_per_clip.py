"""The P.808 toolkit's summary of clips."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine.exchange import CannotBeWritten, FileDoesNotFit, SourceFile, without_anything_beside
from analysis.engine.formats.p808_votes_per_clip import read, write
from tests.analysis.frames import rating

# Means and deviations by hand: 4 and 2 have the mean 3 and the sample deviation √2; 1.96·√2/√2 = 1.96.
TABLE = (
    "file_url,n,MOS,std,95%CI,short_file_name,condition,vote_1,vote_2\n"
    "https://x.org/a.wav,2,3,1.4142135623730951,1.96,a.wav,c01,4,2\n"
    "https://x.org/b.wav,1,5,,,b.wav,c02,5,\n"
)


def table(text: str) -> SourceFile:
    return SourceFile("votes_per_clip.csv", text.encode())


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_each_vote_is_a_rating_by_somebody_unknown():
    ratings = read([table(TABLE)], "study", None).ratings

    assert list(ratings["score"]) == [4.0, 2.0, 5.0]
    assert ratings["listener"].nunique() == 3
    assert list(ratings["system"]) == ["c01", "c01", "c02"]
    assert set(ratings["method"]) == {"acr"}


def test_what_was_read_is_computed_and_written_again_cell_by_cell():
    written = write(read([table(TABLE)], "study", None))

    assert list(written) == ["votes_per_clip.csv"]
    rows, expected = cells(written["votes_per_clip.csv"].decode()), cells(TABLE)
    assert [row[:4] + row[5:] for row in rows] == [row[:4] + row[5:] for row in expected]
    assert float(rows[1][4]) == pytest.approx(1.96, abs=1e-12)


def test_scales_of_p835_have_their_suffix_and_their_share_of_silence():
    text = (
        "file_url,n,MOS_SIG,std_sig,95%CI_sig,short_file_name,n_silent,is_silent_percentage,condition,vote_1\n"
        "a.wav,1,4,,,a.wav,0,0,c01,4\n"
    )

    imported = read([table(text)], "study", None)
    written = write(imported)

    assert list(imported.ratings["method"]) == ["p808_sig"]
    assert list(imported.ratings["system"]) == ["c01"]
    assert cells(written["votes_per_clip_sig.csv"].decode()) == cells(text)


@settings(max_examples=25, deadline=None)
@given(clips=st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=12), min_size=1, max_size=6))
def test_no_vote_is_lost_on_the_way(clips):
    rows = [
        rating(listener=f"l{voter}", trial_order=number, clip_key=f"c{number}", score=float(vote))
        for number, votes in enumerate(clips)
        for voter, vote in enumerate(votes)
    ]

    written = write(without_anything_beside(pd.DataFrame(rows)))
    again = write(read([table(written["votes_per_clip.csv"].decode())], "study", None))

    assert again == written


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TABLE.replace("a.wav,2,3", "a.wav,3,3"), "line 2, column n: '3' is not the number of votes, which is 2"),
        (TABLE.replace("a.wav,2,3", "a.wav,2,4"), "line 2, column MOS: '4' is not the mean of the votes, which is 3"),
        (TABLE.replace("c01,4", "c01,0"), "line 2, column vote_1: '0' lies outside the scale"),
        (TABLE.replace("MOS", "Quality"), "line 1: of the columns MOS, DMOS"),
        (TABLE.replace("std", "sd"), "line 1, column std: there is no such column"),
        (TABLE.replace("c02,5,", "c02,5"), "line 3, column vote_2: the line has 8 cells"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_line_and_column(text, message):
    with pytest.raises(FileDoesNotFit) as refusal:
        read([table(text)], "study", None)

    assert message in str(refusal.value)


def test_other_methods_cannot_be_written():
    with pytest.raises(CannotBeWritten, match="class_identification"):
        write(without_anything_beside(pd.DataFrame([rating(method="class_identification", score=None)])))
