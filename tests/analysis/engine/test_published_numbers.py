"""Numbers of published data sets, to the printed digits. Each test names the source of what it expects."""

import numpy as np
import pandas as pd
import pytest

from analysis.engine.intervals import cluster_variances
from analysis.engine.statistics.mean_opinion_score import mean_opinion_score
from analysis.engine.statistics.word_identification import confusion_matrix, proportion_correct
from tests.analysis.frames import published, rating


@pytest.fixture(scope="module")
def naturalness() -> pd.DataFrame:
    """Voice Conversion Challenge 2020, English listeners, the ratings that the organisers call valid."""
    scores = pd.read_csv(published("vcc2020", "english_naturalness.csv.gz"))
    return scores[scores["state"] == "Valid"].reset_index(drop=True)


@pytest.fixture(scope="module")
def voice_conversion(naturalness) -> pd.DataFrame:
    """The same as a ratings frame."""
    constants = {name: value for name, value in rating().items() if name not in ("score", "response")}
    return pd.DataFrame(constants, index=naturalness.index).assign(
        listener=naturalness["listener"],
        session=naturalness["listener"],
        system=naturalness["system"],
        clip_key=naturalness["sample"],
        stimulus=naturalness["sample"],
        trial_order=naturalness.index,
        score=naturalness["score"].astype(float),
        response=naturalness["score"].astype(str),
    )


@pytest.fixture(scope="module")
def voices() -> pd.DataFrame:
    """15 listeners call each of 139 voices boy, girl, man or woman (bmmb data, R = a), as a ratings frame."""
    answers = pd.read_csv(published("speaker_category_id", "exp_data_all.csv"))
    answers = answers[answers["R"] == "a"].reset_index(drop=True)
    constants = rating(method="class_identification")
    return pd.DataFrame(constants, index=answers.index).assign(
        listener=answers["L"].astype(str),
        session=answers["L"].astype(str),
        system="all",
        item=answers["C_v"],
        response=answers["C"],
        clip_key=answers["S"].astype(str),
        stimulus=answers["S"].astype(str),
        trial_order=answers.index,
    )


def test_standard_errors_of_system_means_are_those_computed_for_the_voice_conversion_challenge(naturalness):
    """shared/field-notes/statistics.md, section 2: VCC2020 EN mean SE: iid .0422, listener .0744, two-way .0802."""
    systems = pd.get_dummies(naturalness["system"]).to_numpy(dtype=float)
    scores = naturalness["score"].to_numpy(dtype=float)

    variances = cluster_variances(scores, systems, naturalness["listener"], naturalness["sample"])

    assert round(np.sqrt(variances.independent).mean(), 4) == 0.0422
    assert round(np.sqrt(variances.by_listener).mean(), 4) == 0.0744
    assert round(np.sqrt(variances.two_way).mean(), 4) == 0.0802


def test_means_of_the_voice_conversion_challenge_are_those_published(voice_conversion):
    """vcc2020/README.md: 430 ratings per system; team10_cross 4.328, team13_cross 4.191, team10_intra 4.321, ref 4.588,
    team34_intra 4.712; Zhao et al. 2020 (arXiv 2008.12527): the best cross-lingual systems score above 4.0."""
    table = mean_opinion_score(voice_conversion, ["system"]).set_index("system")

    means = table["estimate"].round(3)
    expected = {
        "team10_cross": 4.328,
        "team13_cross": 4.191,
        "team10_intra": 4.321,
        "ref": 4.588,
        "team34_intra": 4.712,
    }
    assert {name: means[name] for name in expected} == expected
    assert (table["n"] == 430).all()
    assert table["n"].sum() == 26_660


def test_each_system_has_its_own_two_way_interval_wider_than_the_conventional_one(voice_conversion):
    """Each system by itself has the corrections of its own 95 listeners or so: the mean is .0803 (statsmodels)."""
    table = mean_opinion_score(voice_conversion, ["system"])

    assert table["standard_error"].mean() == pytest.approx(0.0803, abs=5e-5)
    assert ((table["high"] - table["low"]) > (table["independent_high"] - table["independent_low"])).mean() > 0.98


def test_accuracy_and_its_intervals_are_those_computed_for_speaker_categories(voices):
    """speaker_category_id/README.md: 1555/2085 = .745803; Wilson .72667-.76403; over-listener t .7146-.7770."""
    row = proportion_correct(voices, ["system"]).iloc[0]

    assert (row["n_correct"], row["n"]) == (1555, 2085)
    assert round(row["estimate"], 6) == 0.745803
    assert (round(row["wilson_low"], 5), round(row["wilson_high"], 5)) == (0.72667, 0.76403)
    assert (round(row["listener_low"], 4), round(row["listener_high"], 4)) == (0.7146, 0.7770)
    assert row["low"] < row["listener_low"] < row["wilson_low"]
    assert row["chance"] == 0.25


def test_the_confusion_matrix_is_that_of_the_speaker_categories(voices):
    """speaker_category_id/README.md: rows b 234/133/6/32, g 79/184/0/22, m 31/0/626/18, w 97/109/3/511."""
    table = confusion_matrix(voices).pivot_table(index="item", columns="heard", values="count", sort=False)

    assert table[list("bgmw")].to_numpy().tolist() == [
        [234, 133, 6, 32],
        [79, 184, 0, 22],
        [31, 0, 626, 18],
        [97, 109, 3, 511],
    ]
    assert (table["none of these"] == 0).all()
