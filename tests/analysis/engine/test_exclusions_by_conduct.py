"""What exclusions leave out for how a session went: too fast, the same answer all the time, a page out of sight."""

import pandas as pd

from tests.analysis.frames import rating
from tests.analysis.sessions import left_out, session


def test_answers_before_the_sound_could_end_are_too_fast():
    fast, slow = {"sound_seconds": 3.0, "response_seconds": 2.7}, {"sound_seconds": 3.0, "response_seconds": 2.8}
    rows = session("slow", slow, slow) + session("once", fast, slow) + session("twice", fast, fast)

    assert left_out("too_fast", rows) == {"twice": "answered 2 trials before their sounds could end"}


def test_the_study_declares_how_soon_and_how_often_is_too_fast():
    rows = session("a", {"sound_seconds": 3.0, "response_seconds": 2.7})
    lenient = {"screenings": [{"check": "too_fast", "margin_seconds": 0.5, "fails_at": 1}]}
    strict = {"screenings": [{"check": "too_fast", "margin_seconds": 0.0, "fails_at": 1}]}

    assert left_out("too_fast", rows, lenient) == {}
    assert list(left_out("too_fast", rows, strict)) == ["a"]


def test_a_sound_of_unknown_length_is_taken_for_a_word_and_without_times_nothing_is_too_fast():
    unknown = {"sound_seconds": None}
    rows = session("slow", *[{**unknown, "response_seconds": 1.1}] * 2)
    rows += session("fast", *[{**unknown, "response_seconds": 0.9}] * 2)
    rows += session("untimed", *[{**unknown, "response_seconds": None, "first_shown_at": pd.NaT}] * 2)

    assert list(left_out("too_fast", rows)) == ["fast"]


def test_a_page_that_was_answered_and_never_shown_took_no_time():
    rows = session("script", *[{"first_shown_at": pd.NaT, "response_seconds": None}] * 2)

    assert list(left_out("too_fast", rows)) == ["script"]


def test_practice_is_neither_too_fast_nor_hidden():
    practice = {"role": "training", "response_seconds": 0.1, "hidden_while_playing_seconds": 9.0}
    rows = session("a", *[practice] * 3)

    assert left_out("too_fast", rows) == {}
    assert left_out("hidden_tab", rows) == {}


def test_a_trial_of_several_sounds_is_fast_once():
    trial = [{"trial_order": 0, "stimulus": f"sound-{number}", "response_seconds": 0.5} for number in range(4)]

    assert left_out("too_fast", [rating(**row) for row in trial]) == {}


def test_ten_equal_answers_running_are_straight_lining_unless_a_block_comes_between():
    varied = [{"response": str(score), "score": float(score)} for score in (1, 5, 1, 5)]
    alike = [{"response": "4", "score": 4.0}]
    rows = session("nine", *varied, *alike * 9) + session("ten", *varied, *alike * 10)
    rows += session("blocks", *varied, *alike * 5, *[{**alike[0], "block": 1}] * 5)

    assert left_out("straight_lining", rows) == {"ten": "gave the same answer 10 times running"}


def test_who_prefers_one_of_two_sounds_every_time_gives_no_answer_all_the_time():
    trials = [
        rating(listener="a", method="ab", trial_order=order, stimulus=f"{name}-{order}", response=response, score=score)
        for order in range(12)
        for name, response, score in (("x", "preferred", 1.0), ("y", "not preferred", 0.0))
    ]

    assert left_out("straight_lining", trials) == {}


def test_the_same_place_of_all_sliders_is_one_answer_all_the_time():
    trials = [
        rating(listener="a", method="mushra", trial_order=order, stimulus=f"{name}-{order}", response="50", score=50.0)
        for order in range(10)
        for name in ("x", "y", "z")
    ]

    assert list(left_out("straight_lining", trials)) == ["a"]


def test_scores_that_hardly_vary_are_straight_lining_however_long_the_scale():
    scores = (50.0, 51.0, 50.0, 51.0, 50.0)
    slider = [{"scale_min": 0.0, "scale_max": 100.0, "score": score, "response": f"{score:g}"} for score in scores]
    few = [{"score": 4.0, "response": "4"}] * 4

    assert list(left_out("straight_lining", session("slider", *slider) + session("few", *few))) == ["slider"]


def test_the_protocols_own_limits_hold():
    rows = session("three", *[{"score": 4.0}] * 3)
    protocol = {"screenings": [{"check": "straight_lining", "longest_run": 3, "least_variance": 0.0}]}

    assert list(left_out("straight_lining", rows, protocol)) == ["three"]


def test_a_page_hidden_in_three_trials_is_left_out():
    hidden = {"hidden_seconds": 0.6, "hidden_while_playing_seconds": 0.6}
    rows = session("twice", hidden, hidden, {}) + session("thrice", *[hidden] * 3)
    rows += session("unknown", *[{"hidden_while_playing_seconds": None}] * 3)
    rows += session("afterwards", *[{"hidden_seconds": 60.0}] * 3)

    assert left_out("hidden_tab", rows) == {"thrice": "hid the page while sounds played in 3 trials"}
