"""GoListen's wide CSV, as its download handlers write it."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine.exchange import CannotBeWritten, FileDoesNotFit, SourceFile, without_anything_beside
from analysis.engine.formats.golisten import read, write
from tests.analysis.frames import rating, scores

ACR = (
    "Tags,,,clean|s1,,noisy,\n"
    'Name,Date,"How old are you?","One rating",Time (s),"Two rating",Time (s)\n'
    'Ann,2024-03-02 10:00:00,30,"4",2.5,"1",0\n'
    'Ben,2024-03-02 09:00:00,"41, nearly","5",3,"",0\n'
)
MUSHRA = (
    "Tags,,speech,,,music,\n"
    'Name,Date,"One rating",,Time (s),"Two rating",\n'
    ",,ref.wav,codec.wav,,ref.wav,codec.wav\n"
    "Ann,2024-03-02 10:00:00,100,40,9.5,98,55\n"
    "Ben,2024-03-02 09:00:00,90,,8,100,20\n"
)
SEVERAL = 'Tags,,t\nName,Date,"One rating"\nAnn,2024-03-02 10:00:00,"4,,2"\nBen,2024-03-02 10:00:00,"1,5,3"\n'


def table(text: str) -> SourceFile:
    return SourceFile("golisten.csv", text.encode())


def cells(text: str | bytes) -> list[list[str]]:
    decoded = text if isinstance(text, str) else text.decode()
    return list(csv.reader(io.StringIO(decoded, newline="")))


def test_an_item_is_a_trial_and_its_tags_are_the_system():
    ratings = read([table(ACR)], "study", None).ratings

    assert list(ratings["score"]) == [4.0, 1.0, 5.0]
    assert list(ratings["item"]) == ["One", "Two", "One"]
    assert list(ratings["system"]) == ["clean|s1", "noisy", "clean|s1"]
    assert ratings["response_seconds"].fillna(-1).tolist() == [2.5, -1, 3.0]
    assert ratings["answered_at"].iloc[0] == pd.Timestamp("2024-03-02T10:00:00Z")
    assert set(ratings["scale_max"]) == {5.0}


def test_names_are_no_pseudonyms_and_stay_beside():
    imported = read([table(ACR)], "study", None)

    assert set(imported.ratings["listener"]) == {"listener-1", "listener-2"}
    assert list(imported.beside["1 Name"]) == ["Ann", "Ann", "Ben"]
    assert imported.beside["3 How old are you?"].iloc[2] == "41, nearly"


def test_a_third_row_of_files_makes_it_a_mushra_test():
    ratings = read([table(MUSHRA)], "study", None).ratings

    assert list(ratings["score"]) == [100.0, 40.0, 98.0, 55.0, 90.0, 100.0, 20.0]
    assert list(ratings["system"])[:4] == ["ref.wav", "codec.wav"] * 2
    assert list(ratings["trial_order"])[:4] == [0, 0, 1, 1]
    assert set(ratings["method"]) == {"mushra"}


def test_several_sounds_of_an_item_share_a_cell():
    ratings = read([table(SEVERAL)], "study", None).ratings

    assert list(ratings["score"]) == [4.0, 2.0, 1.0, 5.0, 3.0]
    assert ratings["stimulus"].nunique() == 3


@pytest.mark.parametrize("text", [ACR, MUSHRA, SEVERAL])
def test_what_was_read_is_written_again_cell_by_cell(text):
    (written,) = write(read([table(text)], "study", None)).values()

    assert cells(written) == cells(text)


titles = st.text(st.characters(exclude_categories=["Cs", "Cc"])).filter(lambda title: not title.endswith(" rating"))


@settings(max_examples=25, deadline=None)
@given(
    items=st.lists(st.tuples(titles, titles), min_size=1, max_size=4),
    answers=st.lists(st.lists(st.integers(1, 5), min_size=4, max_size=4), min_size=1, max_size=4),
    question=titles,
)
def test_no_title_and_no_rating_is_lost_on_the_way(items, answers, question):
    rows = [
        ["Tags", "", "", *(tags for _title, tags in items)],
        ["Name", "Date", question, *(f"{title} rating" for title, _tags in items)],
        *(["Ann", "2024-03-02 10:00:00", "x", *map(str, given[: len(items)])] for given in answers),
    ]
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)

    (written,) = write(read([table(text.getvalue())], "study", None)).values()

    assert cells(written) == rows


def test_ratings_of_our_own_are_written_as_items_and_come_back():
    frame = scores([4.0, 2.0, 5.0], listeners=["a", "a", "b"], stimuli=["s1", "s2", "s1"])

    (written,) = write(without_anything_beside(frame)).values()
    back = read([table(written.decode())], "demo", None)

    assert list(back.ratings["score"]) == [4.0, 2.0, 5.0]
    assert list(back.beside["1 Name"]) == ["a", "a", "b"]
    assert set(back.ratings["system"]) == {"natural"}
    assert set(back.ratings["response_seconds"]) == {3.5}


def test_mushra_of_our_own_has_an_item_for_each_word():
    rows = [
        {
            **rating(item=item, system=system, stimulus=f"{item}-{system}", trial_order=order, score=5.0),
            "method": "mushra", "scale_min": 0.0, "scale_max": 100.0,
        }
        for order, item in enumerate(("left", "right"))
        for system in ("codec", "natural")
    ]  # fmt: skip

    (written,) = write(without_anything_beside(pd.DataFrame(rows))).values()

    assert cells(written)[1:3] == [
        ["Name", "Date", "left rating", "", "Time (s)", "right rating", "", "Time (s)"],
        ["", "", "codec", "natural", "", "codec", "natural", ""],
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ACR.replace('"4"', '"6"'), "line 3, column 4 One rating: '6' lies outside the scale from 1 to 5"),
        (ACR.replace('"4"', '"A is better"'), "line 3, column 4 One rating: 'A is better' is no number"),
        (ACR.replace("Ann", "Ann, Lee"), "line 3, column Time (s): the line has 8 cells"),
        (ACR.replace("2024-03-02 10", "yesterday 10"), "line 3, column 2 Date: 'yesterday 10:00:00' is no date"),
        (ACR.replace("2.5", "long"), "line 3, column 5 Time (s): 'long' is no number"),
        (ACR.replace("Tags", "Labels"), "line 1, column 1: the first row does not begin with Tags"),
        (ACR.replace("Name", "Who"), "line 2, column 1: the header does not begin with Name, Date"),
        (ACR.replace("noisy,\n", "noisy\n"), "line 1, column Time (s): the line has 6 cells"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_line_and_column(text, message):
    with pytest.raises(FileDoesNotFit) as refusal:
        read([table(text)], "study", None)

    assert message in str(refusal.value)


def test_tests_are_read_one_at_a_time():
    with pytest.raises(FileDoesNotFit, match="give one GoListen test at a time"):
        read([table(ACR), table(ACR)], "study", None)


def test_two_methods_a_sound_rated_twice_and_words_cannot_be_written():
    twice = pd.DataFrame([rating(trial_order=order) for order in range(2)])
    words = rating(method="class_identification", score=np.nan)
    mushra = {**rating(trial_order=1), "method": "mushra"}

    with pytest.raises(CannotBeWritten, match="rated acr-natural-left twice"):
        write(without_anything_beside(twice))
    with pytest.raises(CannotBeWritten, match="class_identification"):
        write(without_anything_beside(pd.DataFrame([words])))
    with pytest.raises(CannotBeWritten, match="the ratings have acr, mushra"):
        write(without_anything_beside(pd.DataFrame([rating(), mushra])))
