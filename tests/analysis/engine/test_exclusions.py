"""What each exclusion leaves out of sessions made for it."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.engine.exclusions import EXCLUSIONS
from analysis.engine.exclusions.low_agreement import leave_one_out_correlations
from analysis.engine.ratings import NONE_OF_THESE, check_ratings
from tests.analysis.frames import published, rating
from tests.analysis.sessions import left_out, session

GOLD_OF_WORDS = {"role": "gold", "method": "class_identification", "score": np.nan, "item": "left"}


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


def test_a_gold_stimulus_with_an_expected_answer_is_judged_by_that_alone():
    scored = {"role": "gold", "expected": "2", "tolerance": 0.0, "score": 2.0}
    word = {**GOLD_OF_WORDS, "expected": "right", "response": "right"}
    rows = session("right", scored, word) + session("wrong", scored, {**word, "response": "left"})
    rows += session("near", {**scored, "score": 3.0})

    assert left_out("gold_failures", rows) == {"wrong": "missed 1 gold stimuli", "near": "missed 1 gold stimuli"}


def test_two_instructions_that_were_not_followed_are_a_failure():
    asked = {"role": "trap", "expected": "2", "tolerance": 0.0}
    followed, not_followed = {**asked, "score": 2.0}, {**asked, "score": 4.0}
    rows = session("once", followed, not_followed) + session("twice", not_followed, not_followed)
    protocol = {"screenings": [{"check": "instructed_response", "fails_at": 1}]}

    assert left_out("attention_failures", rows) == {"twice": "did not follow 2 instructions"}
    assert list(left_out("attention_failures", rows, protocol)) == ["once", "twice"]


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
    rows += session("trap", *varied, {"role": "trap", "expected": "2", "score": 1.0})
    rows += session("flat", {"score": 3.0}, {"score": 3.0})

    assert left_out("p808", rows) == {
        "incomplete": "did not answer every trial",
        "unplayed": "did not play 1 of the sounds",
        "gold": "missed all of 1 gold stimuli",
        "trap": "failed all of 1 trapping clips",
        "flat": "scores vary by 0 points² only",
    }


def test_the_p808_toolkit_is_content_with_one_gold_stimulus_and_one_trap_of_several():
    wrong = {"role": "trap", "expected": "2", "score": 1.0}
    checks = [{"role": "gold", "score": 1.0}, {"role": "gold", "score": 5.0}, wrong, {**wrong, "score": 2.0}]

    assert left_out("p808", session("a", {"score": 1.0}, {"score": 5.0}, *checks)) == {}


def test_the_p808_toolkit_takes_the_variance_of_ccr_votes_on_seven_points():
    votes = [{"method": "ccr", "score": score} for score in (0.0, 0.0, 0.0, 0.0, 0.0, 1.0)]
    fewer = [{"method": "ccr", "score": score} for score in [0.0] * 12 + [1.0]]

    reasons = left_out("p808", session("used", *votes) + session("flat", *fewer))

    assert reasons == {"flat": "scores vary by 0.0769 points² only"}


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
