import numpy as np
import pandas as pd
import pytest

from analysis.engine import ratings
from analysis.engine.columns import RatingsFrameIsWrong
from analysis.engine.ratings import (
    NONE_OF_THESE,
    RATINGS,
    ROLES,
    NoRatings,
    check_judgements,
    check_ratings,
    counted_by_method,
    counted_ratings,
)
from tests.analysis.frames import rating, simulated_judgements, simulated_ratings


def test_a_good_frame_comes_back_in_the_documented_order_and_unchanged():
    frame = simulated_ratings()
    shuffled = frame[sorted(frame.columns)]
    before = shuffled.copy(deep=True)

    checked = check_ratings(shuffled)

    assert list(checked.columns) == [column.name for column in RATINGS]
    pd.testing.assert_frame_equal(shuffled, before)
    pd.testing.assert_frame_equal(check_ratings(checked), checked)


def test_a_frame_that_was_in_order_is_checked_again_once_it_is_changed():
    frame = check_ratings(simulated_ratings())
    again = check_ratings(frame)
    frame.loc[1, "play_count"] = -1.0

    with pytest.raises(RatingsFrameIsWrong, match="column 'play_count', row 2"):
        check_ratings(frame)

    pd.testing.assert_frame_equal(again, check_ratings(simulated_ratings()))


def test_a_checked_frame_can_be_changed_without_a_trace_in_later_checks():
    frame = check_ratings(simulated_ratings())
    for _ in range(2):
        checked = check_ratings(frame)
        checked.loc[1, "play_count"] = -1.0

    pd.testing.assert_frame_equal(check_ratings(frame), check_ratings(simulated_ratings()))


def test_a_frame_in_order_is_checked_once(monkeypatch):
    frame = check_ratings(simulated_ratings())
    check_ratings(frame)
    monkeypatch.setattr(ratings, "check_columns", lambda *_: pytest.fail("checked again"))

    assert check_ratings(frame).equals(frame)


def test_ratings_are_counted_again_once_their_frame_or_the_methods_change(monkeypatch):
    frame = check_ratings(simulated_ratings())
    counted = counted_ratings(frame, ["acr"])
    n_before = len(counted)
    counted["score"] = 1.0

    frame.loc[0, "exclusion"] = "volume"

    assert len(counted_ratings(frame, ["acr"])) == n_before - 1
    assert counted_ratings(frame, ["acr"])["score"].nunique() > 1
    with pytest.raises(NoRatings):
        counted_ratings(frame, ["mushra"])
    counted_ratings(frame, ["acr"])
    monkeypatch.setattr(ratings, "_on_one_scale", lambda *_: pytest.fail("counted again"))
    assert len(counted_ratings(frame, ["acr"])) == n_before - 1
    assert len(counted_by_method(frame, ["acr", "acr_clarity"])["acr"]) == n_before - 1


def test_nothing_is_remembered_of_a_frame_that_is_gone():
    frame = check_ratings(simulated_ratings())
    before = len(ratings._CHECKED)
    check_ratings(frame)

    del frame

    assert len(ratings._CHECKED) == before


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("score", 7.0, "column 'score', row 2: 7.0 lies outside its scale"),
        ("score", float("inf"), "column 'score', row 2: inf is not a finite number"),
        ("listener", "", "column 'listener', row 2: '' is not text that is not empty"),
        ("listener", None, "column 'listener', row 2: "),
        ("system", 3, "column 'system', row 2: 3 is not text"),
        ("item", "none of these", "column 'item', row 2: 'none of these' is no word"),
        ("role", "decoy", "column 'role', row 2: 'decoy' is none of sample, reference"),
        ("trial_order", -1, "column 'trial_order', row 2: -1 is not a whole number at least 0"),
        ("trial_order", 1.5, "column 'trial_order', row 2: 1.5 is not a whole number"),
        ("is_simulated", "no", "column 'is_simulated', row 2: 'no' is not true or false"),
        ("answered_at", "yesterday", "column 'answered_at', row 2: 'yesterday' is not a time with its zone"),
        ("trial_order", None, "column 'trial_order', row 2: nan is missing"),
        ("scale_max", float("nan"), "column 'scale_max', row 2: nan is missing beside a score"),
        ("hidden_seconds", -0.1, "column 'hidden_seconds', row 2: -0.1 is not a finite number at least 0"),
    ],
)
def test_a_wrong_value_is_refused_with_its_column_row_and_value(column, value, message):
    rows = [rating(trial_order=0), {**rating(trial_order=1), column: value}]

    with pytest.raises(RatingsFrameIsWrong) as refusal:
        check_ratings(pd.DataFrame(rows))

    assert message in str(refusal.value)


def test_a_wrong_value_is_found_too_where_the_whole_column_has_the_right_type():
    frame = check_ratings(simulated_ratings())
    frame.loc[4, "play_count"] = -2

    with pytest.raises(RatingsFrameIsWrong, match=r"column 'play_count', row 5: .*-2.* at least 0"):
        check_ratings(frame)


def test_a_missing_and_an_unknown_column_are_named():
    frame = simulated_ratings()

    with pytest.raises(RatingsFrameIsWrong, match="lack the column 'talker'"):
        check_ratings(frame.drop(columns=["talker"]))
    with pytest.raises(RatingsFrameIsWrong, match="column 'colour' that nobody knows"):
        check_ratings(frame.assign(colour="red"))


def test_a_repeated_row_is_refused():
    frame = simulated_ratings()

    with pytest.raises(RatingsFrameIsWrong, match="repeats an earlier row"):
        check_ratings(pd.concat([frame, frame.tail(1)]))


def test_an_empty_frame_with_its_columns_is_a_frame_without_ratings():
    empty = simulated_ratings().head(0)

    assert check_ratings(empty).empty
    with pytest.raises(NoRatings, match="acr"):
        counted_ratings(empty, ["acr"])


def test_gold_trap_and_training_ratings_do_not_count():
    rows = [rating(role=role, trial_order=order) for order, role in enumerate(ROLES)]

    counted = counted_ratings(pd.DataFrame(rows), ["acr"])

    assert set(counted["role"]) == {"sample", "reference", "hidden_reference", "anchor"}


def test_judgements_are_checked_too():
    frame = simulated_judgements()

    assert len(check_judgements(frame)) == len(frame)
    with pytest.raises(RatingsFrameIsWrong, match=r"column 'stage', row 1: 'sound' is none of features, audio"):
        check_judgements(frame.assign(stage="sound"))
    with pytest.raises(RatingsFrameIsWrong, match="column 'heard', row 1: 'maybe' is none of the words"):
        check_judgements(frame.assign(heard="maybe"))
    with pytest.raises(RatingsFrameIsWrong, match=r"column 'probability_of_item', row 1: 1\.5 is not a finite number"):
        check_judgements(frame.assign(probability_of_item=np.float64(1.5)))
    with pytest.raises(RatingsFrameIsWrong, match="repeats an earlier row"):
        check_judgements(pd.concat([frame, frame.head(1)]))


def test_roles_stages_and_the_way_out_are_those_of_the_other_apps():
    from generation.models.clips import Stage
    from listening_tests.questions import ChooseWord
    from listening_tests.roles import Role, TrialRole

    assert set(ROLES) == {*Role.values, *TrialRole.values}
    assert set(Stage.values) == {"features", "audio"}
    assert ChooseWord.NONE == NONE_OF_THESE
