"""What each exclusion leaves out of sessions made for it."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.engine.exclusions import EXCLUSIONS
from analysis.engine.exclusions.low_agreement import leave_one_out_correlations
from analysis.engine.ratings import NONE_OF_THESE, check_ratings
from tests.analysis.frames import published, rating

GOLD_OF_WORDS = {"role": "gold", "method": "class_identification", "score": np.nan, "item": "left"}


def session(listener: str, *rows: dict, **shared) -> list[dict]:
    return [rating(listener=listener, trial_order=order, **{**shared, **row}) for order, row in enumerate(rows)]


def left_out(slug: str, rows: list[dict], protocol: dict | None = None) -> dict[str, str]:
    """Return the reason by listener, of those of whom the rule leaves everything out."""
    frame = check_ratings(pd.DataFrame(rows))
    reasons = EXCLUSIONS[slug].reasons(frame, protocol or {})
    assert list(reasons.index) == list(frame.index)
    return dict(zip(frame["listener"][reasons != ""], reasons[reasons != ""], strict=True))


def test_what_a_screening_excluded_is_left_out_with_its_name():
    rows = session("careful", {}, {}) + session("careless", {}, {}, exclusion="gold")

    assert left_out("failed_screening", rows) == {"careless": "failed the screening gold"}


def test_a_gold_stimulus_must_come_within_one_point_of_the_top():
    rows = session("right", {"role": "gold", "score": 4.0}) + session("wrong", {}, {"role": "gold", "score": 3.0})

    assert left_out("gold_failures", rows) == {"wrong": "missed 1 gold stimuli"}


def test_a_gold_stimulus_of_words_must_be_recognised():
    rows = session("right", {**GOLD_OF_WORDS, "response": "left"}) + session(
        "wrong", {**GOLD_OF_WORDS, "response": "stop"}
    )

    assert list(left_out("gold_failures", rows)) == ["wrong"]


def test_gold_stimuli_are_judged_as_the_protocol_declares_them():
    protocol = {"screenings": [{"check": "gold", "expected": 1, "tolerance": 0, "fails_at": 2}]}
    gold = {"role": "gold", "score": 2.0}
    rows = session("once", gold, {"role": "gold", "score": 1.0}) + session("twice", gold, gold)

    assert list(left_out("gold_failures", rows, protocol)) == ["twice"]


def test_noise_that_is_called_speech_twice_is_a_failure():
    heard, not_heard = {"role": "catch", "score": 3.0}, {"role": "catch", "score": 2.0}
    words = {"role": "catch", "method": "class_identification", "score": np.nan}
    rows = session("once", heard, not_heard) + session("twice", heard, heard)
    rows += session("none", *[{**words, "response": NONE_OF_THESE}] * 2)
    rows += session("word", *[{**words, "response": "left"}] * 2)

    assert list(left_out("attention_failures", rows)) == ["twice", "word"]


def test_two_answers_in_under_a_second_are_too_fast_and_missing_times_are_not():
    rows = session("slow", {}, {}) + session("once", {"response_seconds": 0.9}, {})
    rows += session("twice", {}, *[{"response_seconds": 0.9}] * 2) + session(
        "unknown", *[{"response_seconds": None}] * 3
    )

    assert left_out("too_fast", rows) == {"twice": "answered 2 trials in under a second"}


def test_a_trial_of_several_sounds_is_fast_once():
    trial = [{"trial_order": 0, "stimulus": f"sound-{number}", "response_seconds": 0.5} for number in range(4)]

    assert left_out("too_fast", [rating(**row) for row in trial]) == {}


def test_ten_equal_answers_running_are_straight_lining_unless_a_block_comes_between():
    varied = [{"response": str(score), "score": float(score)} for score in (1, 5, 1, 5)]
    alike = [{"response": "4", "score": 4.0}]
    rows = session("nine", *varied, *alike * 9) + session("ten", *varied, *alike * 10)
    rows += session("blocks", *varied, *alike * 5, *[{**alike[0], "block": 1}] * 5)

    assert left_out("straight_lining", rows) == {"ten": "gave the same answer 10 times running"}


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
    hidden = {"hidden_seconds": 0.6}
    rows = session("twice", hidden, hidden, {}) + session("thrice", *[hidden] * 3)
    rows += session("unknown", *[{"hidden_seconds": None}] * 3)

    assert left_out("hidden_tab", rows) == {"thrice": "hid the page in 3 trials"}


def test_repeats_too_far_from_the_first_answer_are_left_out():
    first = [{"stimulus": "a", "score": 1.0}, {"stimulus": "b", "score": 2.0}]
    near = [{"stimulus": "a", "score": 3.0, "role": "repeat"}, {"stimulus": "b", "score": 5.0, "role": "repeat"}]
    far = [{"stimulus": "a", "score": 4.0, "role": "repeat"}, {"stimulus": "b", "score": 5.0, "role": "repeat"}]

    reasons = left_out("repeats_apart", session("near", *first, *near) + session("far", *first, *far))

    assert reasons == {"far": "answered 2 repeats too far from the first answer"}


def test_words_that_change_on_repeats_are_too_far_apart():
    word = {"method": "class_identification", "score": np.nan}
    first = [{**word, "stimulus": name, "response": "left"} for name in "ab"]
    changed = [{**row, "response": "right", "role": "repeat"} for row in first]
    kept = [{**row, "role": "repeat"} for row in first]

    assert list(left_out("repeats_apart", session("same", *first, *kept) + session("other", *first, *changed))) == [
        "other"
    ]


def scale_of(listener: str, n: int, turn: float = 1.0) -> list[dict]:
    scores = [1.0 + 4 * (place % 5) / 4 for place in range(n)]
    return session(
        listener, *[{"score": 3 + turn * (score - 3), "stimulus": f"s{i}"} for i, score in enumerate(scores)]
    )


def test_whoever_turns_the_scale_round_disagrees_with_the_others():
    rows = [row for name in ("a", "b", "c") for row in scale_of(name, 20)] + scale_of("turned", 20, turn=-1.0)

    assert left_out("low_agreement", rows) == {"turned": "scores correlate by -1.00 with those of the others"}


def test_few_stimuli_say_nothing_of_agreement():
    rows = [row for name in ("a", "b", "c") for row in scale_of(name, 19)] + scale_of("turned", 19, turn=-1.0)

    assert left_out("low_agreement", rows) == {}


def test_leave_one_out_correlations_are_those_of_the_slow_way():
    generator = np.random.default_rng(4)
    rows = [
        rating(listener=f"l{listener}", trial_order=stimulus, stimulus=f"s{stimulus}", score=float(score))
        for listener in range(5)
        for stimulus, score in enumerate(generator.integers(1, 6, 30))
        if generator.random() < 0.8
    ]
    frame = check_ratings(pd.DataFrame(rows))

    found = leave_one_out_correlations(frame, stimuli_needed=3)

    for name, correlation in found.items():
        own = frame[frame["listener"] == name].set_index("stimulus")["score"]
        others = frame[frame["listener"] != name].groupby("stimulus")["score"].mean()
        assert correlation == pytest.approx(own.corr(others), abs=1e-12)


def reference(score: float) -> dict:
    return {"method": "mushra", "role": "hidden_reference", "scale_min": 0.0, "scale_max": 100.0, "score": score}


def mushra(listener: str, *scores: float) -> list[dict]:
    rows = [rating(listener=listener, trial_order=order, score=5.0) for order in range(len(scores))]
    return [{**row, **reference(score)} for row, score in zip(rows, scores, strict=True)]


def test_a_hidden_reference_below_90_in_more_than_15_percent_of_trials_is_not_found():
    rows = mushra("one of seven", *[100.0] * 6, 89.0) + mushra("two of eight", *[90.0] * 6, 89.0, 89.0)

    assert left_out("hidden_reference", rows) == {
        "two of eight": "gave the hidden reference less than 90 in 25% of the trials"
    }


def test_the_published_listeners_of_a_codec_test_are_left_out():
    """mushra_codec/README.md: BS.1534's rule rejects exactly the participants 6 and 17 of 21."""
    table = pd.read_csv(published("mushra_codec", "ratings_formated.csv"))
    references = table[table["condition"] == "Reference"]
    rows = [
        {**rating(listener=str(listener), trial_order=order, score=5.0), **reference(score)}
        for order, line in enumerate(references.itertuples())
        for listener, score in zip(json.loads(line.participant_ids), json.loads(line.ratings), strict=True)
    ]

    assert sorted(left_out("hidden_reference", rows)) == ["17", "6"]


def test_the_rules_of_the_p808_toolkit_leave_sessions_out_each_with_its_reason():
    varied = [{"score": 1.0}, {"score": 5.0}]
    rows = session("used", *varied)
    rows += session("incomplete", *varied, is_complete_session=False)
    rows += session("unplayed", *varied, {"play_count": 0})
    rows += session("gold", *varied, {"role": "gold", "score": 1.0})
    rows += session("flat", {"score": 3.0}, {"score": 3.0})

    assert left_out("p808", rows) == {
        "incomplete": "did not answer every trial",
        "unplayed": "did not play 1 of the sounds",
        "gold": "missed 1 gold stimuli",
        "flat": "scores vary by 0 points² only",
    }


def test_sounds_whose_plays_nobody_counted_are_not_unplayed():
    rows = session("imported", {"score": 1.0}, {"score": 5.0}, play_count=None)

    assert left_out("p808", rows) == {}


def test_the_papers_rule_drops_whoever_finds_a_classifiers_noise_good():
    systems = [
        {"slug": "raw", "start": "noise", "space": "features"},
        {"slug": "decoded", "start": "noise", "space": "decoder"},
        {"slug": "natural", "source": "natural"},
    ]
    rows = session("strict", {"system": "raw", "score": 3.0}, {"system": "decoded", "score": 5.0}, {"score": 5.0})
    rows += session("kind", {"system": "raw", "score": 4.0}, {"system": "natural", "score": 1.0})

    reasons = left_out("paper_noise_start", rows, {"systems": systems})

    assert reasons == {"kind": "rated 1 samples from noise Good or better"}


def test_the_papers_rule_counts_good_as_three_of_its_own_four():
    scale = {"scale_min": 0.0, "scale_max": 4.0, "system": "classifier-noise"}
    rows = session("fair", {**scale, "score": 2.0}) + session("good", {**scale, "score": 3.0})

    assert list(left_out("paper_noise_start", rows)) == ["good"]


def test_the_papers_rule_caps_the_mean_of_its_own_arm_and_is_marked_for_it():
    generator = np.random.default_rng(1)
    rows = [
        rating(listener=f"l{n}", system="classifier-noise", score=float(score))
        for n, score in enumerate(generator.integers(1, 6, 200))
    ]
    frame = check_ratings(pd.DataFrame(rows))

    kept = frame[EXCLUSIONS["paper_noise_start"].reasons(frame, {}) == ""]

    assert kept["score"].max() == 3.0
    assert EXCLUSIONS["paper_noise_start"].is_outcome_dependent
    assert not EXCLUSIONS["gold_failures"].is_outcome_dependent
