import math

import pandas as pd
import pytest

from analysis.engine.ratings import NoRatings
from analysis.engine.statistics.classifier_human_agreement import (
    agreement_by_clip,
    agreement_by_system,
    greatest_disagreements,
    overall_agreement,
    response_kappa,
)
from tests.analysis.frames import rating, simulated_judgements, simulated_ratings


def heard(listener: str, clip: str, response: str, item: str = "left", order: int = 0) -> dict:
    return rating(
        method="class_identification", listener=listener, clip_key=clip, item=item, response=response, trial_order=order
    )


def judged(
    clip: str, probabilities: dict[str, float], item: str = "left", stage: str = "audio", part: str = "judge"
) -> dict:
    return {
        "clip_sha256": f"sha-{clip}", "clip_key": clip, "system": "natural", "item": item, "classifier": "judge",
        "network": "residual_classifier", "part": part, "stage": stage,
        "heard": max(probabilities, key=lambda word: probabilities[word]),
        "probability_of_item": probabilities[item], "probabilities": probabilities,
    }  # fmt: skip


def test_a_clip_has_the_classifiers_probability_beside_the_share_of_listeners():
    ratings = pd.DataFrame([heard("a", "x", "left"), heard("b", "x", "left"), heard("c", "x", "stop")])
    judgements = pd.DataFrame([judged("x", {"left": 0.9, "stop": 0.1})])

    clip = agreement_by_clip(ratings, judgements).iloc[0]

    assert clip["probability_of_item"] == 0.9
    assert clip["estimate"] == pytest.approx(2 / 3)
    assert clip["difference"] == pytest.approx(0.9 - 2 / 3)
    assert (clip["majority_heard"], clip["heard"]) == ("left", "left")


def test_clips_that_climb_a_classifier_are_counted_by_themselves():
    ratings = pd.DataFrame([heard("a", "x", "left"), heard("a", "y", "left", order=1)])
    judgements = pd.DataFrame(
        [judged("x", {"left": 0.9, "stop": 0.1}, part="own"), judged("y", {"left": 0.1, "stop": 0.9})]
    )

    overall = overall_agreement(ratings, judgements).set_index(["part", "measure"])["estimate"]

    assert overall["own", "classifier accuracy"] == 1
    assert overall["judge", "classifier accuracy"] == 0
    assert set(agreement_by_system(ratings, judgements)["part"]) == {"own", "judge"}


def test_a_tie_among_listeners_has_no_majority_and_stays_out_of_kappa():
    ratings = pd.DataFrame([heard("a", "x", "left"), heard("b", "x", "stop"), heard("a", "y", "left", order=1)])
    judgements = pd.DataFrame([judged("x", {"left": 0.9, "stop": 0.1}), judged("y", {"left": 0.9, "stop": 0.1})])

    overall = overall_agreement(ratings, judgements).set_index("measure")

    assert agreement_by_clip(ratings, judgements)["majority_heard"].tolist() == ["", "left"]
    assert overall.loc["response kappa", "n"] == 1
    assert "one side always gives one answer" in overall.loc["response kappa", "note"]


def test_kappa_is_that_of_the_textbook_example():
    """Cohen's kappa of 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no is 0.40: (.70 - .50) / (1 - .50), by hand."""
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    first, second = (pd.Series(side) for side in zip(*pairs, strict=True))

    assert response_kappa(first, second).estimate == pytest.approx(0.4)


def test_full_agreement_is_a_kappa_of_one_without_interval():
    answers = pd.Series(["yes", "no", "yes"])

    interval = response_kappa(answers, answers)

    assert interval.estimate == 1
    assert math.isnan(interval.low)
    assert "full agreement" in interval.note


def test_each_system_has_both_accuracies_before_and_after_the_vocoder():
    table = agreement_by_system(simulated_ratings(), simulated_judgements())

    assert len(table) == 3 * 2
    assert set(table["stage"]) == {"features", "audio"}
    assert table["estimate"].between(0, 1).all()
    assert table.groupby("system")["human_accuracy"].nunique().eq(1).all()


def test_each_classifier_stands_beside_the_listeners_of_the_clips_that_it_judged():
    ratings, judgements = simulated_ratings(), simulated_judgements()
    fewer = judgements[judgements["item"] != "left"].assign(classifier="judge of fewer words")
    ratings = ratings[(ratings["listener"] != "listener-1") | (ratings["item"] == "left")]

    overall = overall_agreement(ratings, pd.concat([judgements, fewer])).set_index(["classifier", "stage", "measure"])
    by_system = agreement_by_system(ratings, pd.concat([judgements, fewer]))

    heard = ratings[ratings["method"] == "class_identification"]
    is_right = heard["response"] == heard["item"]
    for classifier, answers in (("judge", heard), ("judge of fewer words", heard[heard["item"] != "left"])):
        row = overall.loc[(classifier, "audio", "human accuracy")]
        assert row["estimate"] == pytest.approx(is_right[answers.index].mean())
        assert (row["n"], row["n_listeners"]) == (len(answers), answers["listener"].nunique())
        of_judge = by_system[(by_system["classifier"] == classifier) & (by_system["stage"] == "audio")]
        by_hand = is_right[answers.index].groupby(answers["system"]).mean()
        assert of_judge["human_accuracy"].tolist() == pytest.approx(by_hand[of_judge["system"]].tolist())
        assert of_judge["n"].sum() == len(answers)


def test_the_clips_they_disagree_on_most_come_first():
    by_clip = agreement_by_clip(simulated_ratings(), simulated_judgements())

    worst = greatest_disagreements(by_clip, count=3)

    audio = worst[worst["stage"] == "audio"]["difference"].abs()
    assert len(worst) == 6
    assert audio.is_monotonic_decreasing
    assert audio.iloc[0] == by_clip[by_clip["stage"] == "audio"]["difference"].abs().max()


def test_without_judgements_or_common_clips_nothing_is_computed():
    ratings, judgements = simulated_ratings(), simulated_judgements()

    with pytest.raises(NoRatings, match="No classifier has judged"):
        agreement_by_clip(ratings, judgements.head(0))
    with pytest.raises(NoRatings, match="No clip has both"):
        overall_agreement(ratings, judgements.assign(clip_key=judgements["clip_key"] + " of another study"))
