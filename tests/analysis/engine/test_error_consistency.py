import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from analysis.engine import error_consistency as engine
from analysis.engine.bootstrap import draw
from analysis.engine.error_consistency import (
    among_listeners,
    as_drawn,
    correct_answers,
    everything,
    with_classifier,
)
from analysis.engine.ratings import NoRatings
from analysis.engine.statistics.error_consistency import error_consistency, error_consistency_by_system
from tests.analysis.frames import rating, simulated_judgements, simulated_ratings


def by_definition(first: np.ndarray, second: np.ndarray) -> float:
    """Geirhos et al. 2020, eq. 1-3, of two deciders on the same trials."""
    p, q = first.mean(), second.mean()
    expected = p * q + (1 - p) * (1 - q)
    return float(((first == second).mean() - expected) / (1 - expected))


def study(right: np.ndarray, is_heard: np.ndarray | None = None) -> pd.DataFrame:
    """Return answers that are right or not [L, S], those that were given."""
    rows = [
        {"listener": f"l{listener}", "clip_key": f"c{clip:02}", "human_is_right": bool(right[listener, clip])}
        for listener, clip in np.argwhere(np.ones_like(right) if is_heard is None else is_heard)
    ]
    return pd.DataFrame(rows)


def whole_table(answers: pd.DataFrame):
    return correct_answers(answers, pd.Series("all", index=answers.index))


def answered(answers: pd.DataFrame):
    return everything(whole_table(answers))


def drawn_apart(n_listeners: int, n_clips: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return listeners' right answers [L, S] and a classifier's [S], which share what is hard."""
    generator = np.random.default_rng(seed)
    hard = generator.random(n_clips)
    right = generator.random((n_listeners, n_clips)) < hard
    return right, generator.random(n_clips) < hard


def test_of_one_listener_and_one_classifier_it_is_the_published_definition():
    right, classifier = drawn_apart(1, 40)

    consistency, accuracy = with_classifier(answered(study(right)), classifier.astype(float))

    assert consistency.estimate[0] == pytest.approx(by_definition(right[0], classifier))
    assert accuracy[0] == classifier.mean()


def test_of_many_listeners_it_is_the_mean_of_their_own_weighted_with_what_they_can_tell():
    right, classifier = drawn_apart(5, 30)
    right[4] = True
    is_heard = np.random.default_rng(2).random(right.shape) < 0.7

    consistency, _ = with_classifier(answered(study(right, is_heard)), classifier.astype(float))

    own, weights = [], []
    for listener in range(5):
        first, second = right[listener, is_heard[listener]], classifier[is_heard[listener]]
        p, q = first.mean(), second.mean()
        own.append(by_definition(first, second))
        weights.append(len(first) * (1 - p * q - (1 - p) * (1 - q)))
    assert consistency.estimate[0] == pytest.approx(np.average(own, weights=weights))


def test_of_two_listeners_with_each_other_it_is_the_published_definition():
    right, _ = drawn_apart(2, 40)

    assert among_listeners(answered(study(right))).estimate[0] == pytest.approx(by_definition(*right))


def test_among_listeners_every_pair_of_answers_to_a_clip_counts():
    right, _ = drawn_apart(4, 20)
    is_heard = np.random.default_rng(3).random(right.shape) < 0.7
    accuracies = [right[listener, is_heard[listener]].mean() for listener in range(4)]

    found = among_listeners(answered(study(right, is_heard)))

    pairs = [(a, b, clip) for clip in range(20) for a, b in combinations(np.flatnonzero(is_heard[:, clip]), 2)]
    observed = np.mean([right[a, clip] == right[b, clip] for a, b, clip in pairs])
    chances = [accuracies[a] * accuracies[b] + (1 - accuracies[a]) * (1 - accuracies[b]) for a, b, _ in pairs]
    assert found.observed[0] == pytest.approx(observed)
    assert found.expected[0] == pytest.approx(np.mean(chances))


def test_a_resample_is_what_repeated_rows_give_except_that_nobody_is_a_pair_with_himself():
    right, classifier = drawn_apart(4, 12)
    table = whole_table(study(right))
    draws = draw(table, 3, np.random.default_rng(5))

    found, _ = with_classifier(
        as_drawn(table, draws), classifier[[int(clip[1:]) for clip in table.stimuli]].astype(float)
    )
    ceiling = among_listeners(as_drawn(table, draws))

    for place in range(3):
        clips = np.repeat([int(clip[1:]) for clip in table.stimuli], draws.stimuli[place].astype(int))
        drawn = np.repeat([int(name[1:]) for name in table.listeners], draws.listeners[place].astype(int))
        repeated = study(right[np.ix_(drawn, clips)])
        again, _ = with_classifier(answered(repeated), classifier[clips].astype(float))
        assert found.estimate[place] == pytest.approx(again.estimate[0])
        pairs = [(a, b) for a, b in combinations(drawn, 2) if a != b]
        observed = np.mean([right[a, clips] == right[b, clips] for a, b in pairs])
        assert ceiling.observed[place] == pytest.approx(observed)


@pytest.mark.parametrize("clips", [[2, 3, 4, 5], [0, 3, 7, 11]])
def test_in_resamples_of_some_clips_chance_is_the_sum_over_answers_and_over_pairs(monkeypatch, clips):
    monkeypatch.setattr(engine, "BLOCK", 2)
    right, classifier = drawn_apart(6, 12)
    table = whole_table(study(right, np.random.default_rng(4).random(right.shape) < 0.6))
    draws = draw(table, 3, np.random.default_rng(5))

    heard = as_drawn(table, draws).of(np.array(clips))
    found, ceiling = with_classifier(heard, classifier[clips].astype(float))[0], among_listeners(heard)

    answers, is_right = (of_all.toarray()[:, clips] for of_all in (table.counts, table.sums))
    for place, (listeners, stimuli) in enumerate(zip(draws.listeners, draws.stimuli[:, clips], strict=True)):
        shares = (is_right * stimuli).sum(axis=1) / np.maximum((answers * stimuli).sum(axis=1), 1)
        weights = (listeners[:, None] * answers * stimuli).ravel()
        by_chance = np.where(classifier[clips], shares[:, None], 1 - shares[:, None]).ravel()
        assert found.expected[place] == pytest.approx(np.average(by_chance, weights=weights))
        pairs = [
            (listeners[a] * listeners[b] * stimuli[clip], shares[a] * shares[b] + (1 - shares[a]) * (1 - shares[b]))
            for clip in range(len(clips))
            for a, b in combinations(np.flatnonzero(answers[:, clip]), 2)
        ]
        assert ceiling.expected[place] == pytest.approx(
            np.average([p for _, p in pairs], weights=[w for w, _ in pairs])
        )


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_who_is_always_right_or_always_wrong_has_none(share):
    right = np.full((3, 4), share, dtype=bool)

    consistency, _ = with_classifier(answered(study(right)), np.full(4, share))

    assert math.isnan(consistency.estimate[0])
    assert math.isnan(among_listeners(answered(study(right))).estimate[0])


def frames(right: np.ndarray, classifier: np.ndarray, *, part: str = "judge") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the two frames of a study of one system."""
    ratings = pd.DataFrame(
        [
            rating(
                method="class_identification", listener=f"l{listener}", clip_key=f"c{clip:02}", trial_order=clip,
                response="left" if right[listener, clip] else "stop",
            )
            for listener, clip in np.ndindex(right.shape)
        ]
    )  # fmt: skip
    shares = {True: {"left": 0.9, "stop": 0.1}, False: {"left": 0.1, "stop": 0.9}}
    judgements = pd.DataFrame(
        [
            {
                "clip_sha256": f"sha-{clip}", "clip_key": f"c{clip:02}", "system": "natural", "item": "left",
                "classifier": "judge", "network": "residual_classifier", "part": part, "stage": "audio",
                "heard": max(shares[bool(is_right)], key=lambda word, is_right=is_right: shares[bool(is_right)][word]),
                "probability_of_item": shares[bool(is_right)]["left"], "probabilities": shares[bool(is_right)],
            }
            for clip, is_right in enumerate(classifier)
        ]
    )  # fmt: skip
    return ratings, judgements


def test_a_classifier_that_errs_with_the_listeners_stands_beside_their_ceiling():
    right, classifier = drawn_apart(20, 60)

    row = error_consistency(*frames(right, classifier)).iloc[0]

    assert 0 < row["low"] < row["estimate"] < row["high"] < 1
    assert 0 < row["ceiling_low"] < row["ceiling"] < row["ceiling_high"] < 1
    assert row["accuracy_listeners"] == right.mean()
    assert row["accuracy_classifier"] == classifier.mean()
    assert row["estimate"] == pytest.approx((row["observed"] - row["expected"]) / (1 - row["expected"]))
    assert (row["n"], row["n_listeners"], row["n_stimuli"]) == (1200, 20, 60)


def test_a_classifier_that_errs_by_itself_has_an_interval_that_holds_nothing():
    right, _ = drawn_apart(20, 60)
    classifier = np.random.default_rng(9).random(60) < 0.5

    row = error_consistency(*frames(right, classifier)).iloc[0]

    assert row["low"] < 0 < row["high"]
    assert row["ceiling_low"] > 0


def test_what_is_undefined_says_why():
    always = np.ones((3, 4), dtype=bool)

    row = error_consistency(*frames(always, always[0])).iloc[0]

    assert math.isnan(row["estimate"])
    assert row["note"] == (
        "undefined: listeners and classifier are always right, or always wrong; "
        "no ceiling: the listeners are always right, or always wrong"
    )


def test_systems_are_told_apart_from_the_same_resamples_as_all_of_them():
    ratings, judgements = simulated_ratings(n_listeners=12), simulated_judgements()
    alone = ratings["system"] == "noise"

    table = error_consistency_by_system(ratings, judgements).set_index(["system", "stage"])
    by_itself = error_consistency(ratings[alone], judgements).set_index("stage")

    same = ["estimate", "ceiling", "observed", "expected", "accuracy_listeners", "accuracy_classifier", "n"]
    for stage in ("features", "audio"):
        assert table.loc[("noise", stage), same].tolist() == pytest.approx(by_itself.loc[stage, same].tolist())


def test_one_listener_has_an_estimate_without_interval_or_ceiling():
    right, classifier = drawn_apart(1, 40)

    row = error_consistency(*frames(right, classifier)).iloc[0]

    assert row["estimate"] == pytest.approx(by_definition(right[0], classifier))
    assert math.isnan(row["low"])
    assert row["note"].startswith(
        "one listener: nothing is known of how others differ; no ceiling: no clip was heard by"
    )


def test_there_is_a_row_for_each_system_before_and_after_the_vocoder():
    table = error_consistency_by_system(simulated_ratings(), simulated_judgements())

    assert list(table.columns[:5]) == ["system", "classifier", "network", "stage", "part"]
    assert len(table) == 3 * 2
    assert table.groupby("system")["ceiling"].nunique(dropna=False).eq(1).all()


def test_without_common_clips_nothing_is_computed():
    ratings, judgements = simulated_ratings(), simulated_judgements()

    with pytest.raises(NoRatings, match="No clip has both"):
        error_consistency(ratings, judgements.assign(clip_key=judgements["clip_key"] + " of another study"))
