"""Numbers of published data sets, to the printed digits. Each test names the source of what it expects."""

import numpy as np
import pandas as pd
import pytest

from analysis.engine.intervals import cluster_variances
from analysis.engine.statistics.identification_information import (
    against_chance,
    transmitted_information,
    word_sensitivity,
)
from analysis.engine.statistics.identification_model import identification_model
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


def test_what_listeners_answers_tell_of_speaker_categories_is_what_was_computed(voices):
    """speaker_category_id/README.md: transmitted information 0.99537 bit of 1.90812 (52.17 %), not bias-corrected."""
    row = transmitted_information(voices).iloc[0]

    assert round(row["plug_in"], 5) == 0.99537
    assert round(row["of_bits"], 5) == 1.90812
    assert round(row["plug_in"] / row["of_bits"], 4) == 0.5217
    assert row["estimate"] == pytest.approx(row["plug_in"] - 3 * 3 / (2 * 2085 * np.log(2)), abs=1e-12)


@pytest.fixture(scope="module")
def genders(voices) -> pd.DataFrame:
    """The same answers as to gender: girls and women f, boys and men m; the system says whether a child speaks."""
    gender = {"g": "f", "w": "f", "b": "m", "m": "m"}
    return voices.assign(
        item=voices["item"].map(gender),
        response=voices["response"].map(gender),
        system=voices["item"].map({"b": "child", "g": "child", "m": "adult", "w": "adult"}),
    )


@pytest.mark.parametrize(("speakers", "expected"), [("adult|child", 1.8790), ("adult", 3.0175), ("child", 0.8254)])
def test_sensitivity_to_gender_is_that_computed_for_speaker_categories(genders, speakers, expected):
    """speaker_category_id/README.md: gender d' 1.8790 all (H .8219 FA .1694), 3.0175 adults, 0.8254 children; the book
    corrects no rates. Ours is corrected log-linearly: with this many answers it differs by .014 at most."""
    table = word_sensitivity(genders[genders["system"].str.fullmatch(speakers)]).set_index("item")

    assert round(table.loc["f", "plug_in"], 4) == expected
    assert table.loc["f", "estimate"] == pytest.approx(expected, abs=0.014)
    assert table.loc["f", "estimate"] < expected
    if speakers == "adult|child":
        assert (table.loc["f", ["hit_rate", "false_alarm_rate"]].astype(float).round(4) == [0.8219, 0.1694]).all()


def test_chance_for_speaker_categories_respects_that_some_answers_are_liked(voices):
    """README confusion rows: dealing each listener's answers anew, by hand from the listeners' own margins."""
    row = against_chance(voices).iloc[0]

    expected = sum(
        (own["item"] == word).sum() * (own["response"] == word).sum() / len(own)
        for _, own in voices.groupby("listener")
        for word in "bgmw"
    )
    assert row["chance"] == pytest.approx(expected / 2085)
    assert row["chance"] > 0.25
    assert row["p_value"] < 1e-6
    assert (round(row["low"], 5), round(row["high"], 5)) == (0.72667, 0.76403)


def test_the_mixed_model_of_speaker_categories_is_that_of_lme4(voices, genders):
    """speaker_category_id/README.md: glmer logLik -751.5192, sd S .95496, L .73483 (Female ~ F_v*A). For correct ~ 1
    logLik -998.7712 with tolPwrss = 1e-12; the README's -998.7798 is lme4's default, which stops early."""
    cells = genders.assign(system=genders["system"] + genders["item"], item="f")

    gender, category = (identification_model(frame)["deviations"] for frame in (cells, voices))

    assert round(gender["log_likelihood"].iloc[0], 4) == -751.5192
    assert gender["estimate"].round(5).tolist() == [0.73483, 0.95496]
    assert round(category["log_likelihood"].iloc[0], 4) == -998.7712
