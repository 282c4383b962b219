"""ReSEval's tables, as its tests write responses."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine.exchange import CannotBeWritten, FileDoesNotFit, SourceFile, without_anything_beside
from analysis.engine.formats.reseval import read, write
from tests.analysis.frames import rating

CONDITIONS = "Condition\nnew-model\nold\n"
HEADER = "Stem,Participant,OrderAsked,Response\n"
MOS = HEADER + "s1,p1,0,new-model-4\ns2,p1,1,old-2\ns1,p2,0,old-5\n"
AB = HEADER + "s1,p1,0,old\ns2,p1,1,new-model\n"
MUSHRA = HEADER + "s1,p1,0,067100\ns2,p1,1,000023\n"


def tables(responses: str, conditions: str = CONDITIONS) -> list[SourceFile]:
    return [SourceFile("responses.csv", responses.encode()), SourceFile("conditions.csv", conditions.encode())]


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_an_opinion_belongs_to_the_condition_before_its_last_hyphen():
    ratings = read(tables(MOS), "study", None).ratings

    assert list(ratings["system"]) == ["new-model", "old", "old"]
    assert list(ratings["score"]) == [4.0, 2.0, 5.0]
    assert set(ratings["method"]) == {"acr"}
    assert list(ratings["item"]) == ["s1", "s2", "s1"]


def test_sliders_stand_in_the_alphabetical_order_of_the_conditions():
    ratings = read(tables(MUSHRA), "study", None).ratings

    found = dict(zip(ratings["stimulus"], ratings["score"], strict=True))
    assert found == {"s1:new-model": 67.0, "s1:old": 100.0, "s2:new-model": 0.0, "s2:old": 23.0}
    assert set(ratings["scale_max"]) == {100.0}


def test_a_preference_is_a_rating_of_the_winner_and_of_the_loser():
    ratings = read(tables(AB), "study", None).ratings

    assert list(ratings["system"]) == ["new-model", "old"] * 2
    assert list(ratings["score"]) == [0.0, 1.0, 1.0, 0.0]
    assert list(ratings["response"]) == ["not preferred", "preferred", "preferred", "not preferred"]


@pytest.mark.parametrize("responses", [MOS, AB, MUSHRA])
def test_what_was_read_is_written_again_cell_by_cell(responses):
    written = write(read(tables(responses), "study", None))

    assert cells(written["responses.csv"].decode()) == cells(responses)
    assert cells(written["conditions.csv"].decode()) == cells(CONDITIONS)


@settings(max_examples=25, deadline=None)
@given(scores=st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=1, max_size=20))
def test_no_slider_is_lost_on_the_way(scores):
    responses = HEADER + "".join(f"s{n},p{n % 3},{n},{one:03d}{other:03d}\n" for n, (one, other) in enumerate(scores))

    written = write(read(tables(responses), "study", None))

    assert cells(written["responses.csv"].decode()) == cells(responses)


def test_ratings_of_our_own_are_written_in_the_documented_columns_and_come_back():
    frame = pd.DataFrame([rating(trial_order=order, system=f"s-{order}", score=order + 1.0) for order in range(4)])

    written = write(without_anything_beside(frame))
    back = read([SourceFile(name, content) for name, content in written.items()], "demo", None).ratings

    assert cells(written["responses.csv"].decode())[0] == ["Stem", "Participant", "OrderAsked", "Response"]
    for name in ("system", "item", "score", "trial_order", "method"):
        assert list(back[name]) == list(frame[name]), name


@pytest.mark.parametrize(
    ("responses", "message"),
    [
        (MOS.replace("old-2", "old-6"), "line 3, column Response: 'old-6' is no condition with a score from 1 to 5"),
        (MOS.replace("old-2", "young-2"), "line 3, column Response: 'young-2' is no condition"),
        (MOS.replace("p1,1", "p1,one"), "line 3, column OrderAsked: 'one' is no number"),
        (MOS.replace("p1,1", "p1,1.5"), "line 3, column OrderAsked: '1.5' is no whole number"),
        (MUSHRA.replace("000023", "000101"), "line 3, column Response: '000101' is not three digits up to 100"),
        (MUSHRA.replace("000023", "0023"), "line 3, column Response: '0023' is not three digits"),
        (AB.replace("1,new-model", "1,young"), "line 3, column Response: 'young' is none of new-model, old"),
        (HEADER + "s1,p1,0,0110\n", "line 2, column Response: '0110' is neither a condition"),
        (MOS + "s1,p1,0,new-model-3\n", "line 5, column Stem: 's1' begins a line that repeats"),
        (MOS.replace("Stem", "Sound"), "line 1, column Stem: there is no such column"),
        (HEADER, "there are no responses"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_line_and_column(responses, message):
    with pytest.raises(FileDoesNotFit) as refusal:
        read(tables(responses), "study", None)

    assert message in str(refusal.value)


def test_both_tables_are_needed():
    with pytest.raises(FileDoesNotFit, match=r"give the two tables responses\.csv and conditions\.csv"):
        read(tables(MOS)[:1], "study", None)


def test_what_reseval_has_no_way_to_say_cannot_be_written():
    preference = {**rating(), "method": "ab", "scale_min": 0.0, "scale_max": 1.0, "response": "no preference"}
    tie = [{**preference, "score": 0.5, "system": name, "stimulus": name} for name in ("a", "b")]

    with pytest.raises(CannotBeWritten, match="has no winner"):
        write(without_anything_beside(pd.DataFrame(tie)))
    with pytest.raises(CannotBeWritten, match=r"3\.5 is no whole number"):
        write(without_anything_beside(pd.DataFrame([rating(score=3.5)])))
    lone = [{**tie[0], "score": 1.0}, {**tie[1], "score": 1.0, "trial_order": 1}]
    with pytest.raises(CannotBeWritten, match="does not have each of a, b once"):
        write(without_anything_beside(pd.DataFrame(lone)))
    with pytest.raises(CannotBeWritten, match="the ratings have ab, acr"):
        write(without_anything_beside(pd.DataFrame([rating(trial_order=1), tie[0]])))
