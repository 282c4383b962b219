import numpy as np
import pytest

from analysis.engine.formats.csv_with_dictionary import csv_table
from analysis.engine.planning.pilot import pilot_of_identification, pilot_of_scores
from analysis.engine.planning.pilot_file import PilotFileIsWrong, pilot_of_file
from analysis.engine.ratings import RATINGS, check_ratings
from tests.analysis.frames import simulated_ratings


def test_our_own_ratings_table_is_a_pilot():
    ratings = check_ratings(simulated_ratings())
    content = csv_table(ratings, RATINGS)

    assert pilot_of_file(content, "ratings.csv", is_identification=False) == pilot_of_scores(ratings)
    assert pilot_of_file(content, "ratings.csv", is_identification=True) == pilot_of_identification(ratings)


def test_four_columns_in_any_order_among_others_are_a_pilot():
    ratings = simulated_ratings()
    ratings = ratings[ratings["method"] == "acr"]
    table = ratings.assign(stimulus=ratings["clip_key"])[["score", "item", "stimulus", "listener", "system"]]

    found = pilot_of_file(table.to_csv(index=False).encode(), "pilot.csv", is_identification=False)

    assert vars(found.variances) == pytest.approx(vars(pilot_of_scores(ratings).variances))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: there is no column 'listener'"),
        ("listener,system,stimulus\n", "there is no column 'score'. Give a table with the columns"),
        ("listener,system,stimulus,score\n", "no ratings below the head"),
        ("listener,system,stimulus,score\na,b,c,4\na,b,d,loud\n", "row 3, column score: 'loud' is no number"),
        ("listener,system,stimulus,score\na,b,c,nan\n", "row 2, column score: 'nan' is no number"),
        ("listener,system,stimulus,score\na,b,4\n", "row 2: 3 cells instead of 4"),
        ("listener,system,stimulus,score\na,,c,4\n", "row 2: listener, system and stimulus have to be named"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_its_place(text, says):
    with pytest.raises(PilotFileIsWrong, match=f"pilot.csv.*{says}"):
        pilot_of_file(text.encode(), "pilot.csv", is_identification=False)


def test_answers_of_identification_are_right_or_wrong():
    content = b"listener,system,stimulus,score\na,b,c,1\na,b,d,0.5\n"

    with pytest.raises(PilotFileIsWrong, match="give 1 for a right word and 0 for another"):
        pilot_of_file(content, "pilot.csv", is_identification=True)


def test_a_file_that_is_no_text_is_refused():
    with pytest.raises(PilotFileIsWrong, match="no CSV file in UTF-8"):
        pilot_of_file(np.array([0xFF, 0xFE, 0xFD], dtype=np.uint8).tobytes(), "pilot.csv", is_identification=False)
