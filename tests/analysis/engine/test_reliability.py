import math

import numpy as np
import pandas as pd
import pytest

from analysis.engine.krippendorff import alpha, bootstrap_alpha, coincidences
from analysis.engine.ratings import counted_ratings
from analysis.engine.statistics.reliability import intraclass, leave_one_out_correlations, reliability
from tests.analysis.frames import published, rating, scores, simulated_ratings


def alphas(values: np.ndarray, stimuli: pd.Series) -> dict[str, float]:
    found = coincidences(values, stimuli)
    return {level: float(alpha(found, level)[0]) for level in ("nominal", "ordinal", "interval")}


def test_alpha_of_the_voice_conversion_challenge_is_that_of_the_package_krippendorff():
    """shared/field-notes/statistics.md, section 2, krippendorff 0.9.0: ordinal .613, interval .6113, nominal .2132; a
    table of listeners by files holds one of the two ratings where a listener rated a file twice."""
    ratings = pd.read_csv(published("vcc2020", "english_naturalness.csv.gz"))
    valid = ratings[ratings["state"] == "Valid"].drop_duplicates(["listener", "sample"], keep="last")

    found = alphas(valid["score"].to_numpy(float), valid["sample"])

    assert round(found["ordinal"], 3) == 0.613
    assert round(found["interval"], 4) == 0.6113
    assert round(found["nominal"], 4) == 0.2132


def test_alpha_of_four_categories_is_that_of_the_speaker_categories():
    """speaker_category_id/README.md: Krippendorff nominal alpha .57641."""
    answers = pd.read_csv(published("speaker_category_id", "exp_data_all.csv"))
    answers = answers[answers["R"] == "a"]

    found = alphas(pd.factorize(answers["C"], sort=True)[0].astype(float), answers["S"])

    assert round(found["nominal"], 5) == 0.57641


def test_alpha_of_krippendorffs_own_example():
    """Krippendorff 2011, section C: four observers, twelve units: nominal .743, ordinal .815, interval .849."""
    observers = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
    cells = [(unit, float(value)) for row in observers for unit, value in enumerate(row) if value != "."]

    found = alphas(np.array([value for _, value in cells]), pd.Series([unit for unit, _ in cells]))

    assert found == pytest.approx({"nominal": 0.743, "ordinal": 0.815, "interval": 0.849}, abs=5e-4)


def test_an_alpha_by_weights_is_that_of_stimuli_repeated_as_often():
    generator = np.random.default_rng(3)
    stimuli = pd.Series(np.repeat(np.arange(8), 5))
    values = generator.integers(1, 6, 40).astype(float)
    found = coincidences(values, stimuli)
    weights = generator.multinomial(8, np.full(8, 1 / 8), 5).astype(float)

    for level in ("nominal", "ordinal", "interval"):
        by_weights = alpha(found, level, weights)
        for row, expected in zip(weights, by_weights, strict=True):
            drawn = np.repeat(np.arange(8), row.astype(int))
            copies = [values[stimuli == stimulus] for stimulus in drawn]
            named = pd.Series(np.repeat(np.arange(8), 5))
            assert float(alpha(coincidences(np.concatenate(copies), named), level)[0]) == pytest.approx(expected)


def test_the_bootstrap_of_alpha_spreads_around_the_estimate():
    ratings = counted_ratings(simulated_ratings(n_listeners=8), ["acr"])
    found = coincidences(ratings["score"].to_numpy(), ratings["clip_key"])

    resampled = bootstrap_alpha(found, "interval", np.random.default_rng(1), 500)

    low, high = np.quantile(resampled, [0.025, 0.975])
    assert low < float(alpha(found, "interval")[0]) < high


def heights() -> pd.DataFrame:
    """15 listeners' judgements of the height of 139 voices, as a ratings frame."""
    answers = pd.read_csv(published("speaker_category_id", "exp_data_all.csv"))
    answers = answers[answers["R"] == "a"].reset_index(drop=True)
    return pd.DataFrame(rating(scale_min=0.0, scale_max=300.0), index=answers.index).assign(
        listener=answers["L"].astype(str),
        session=answers["L"].astype(str),
        clip_key=answers["S"].astype(str),
        trial_order=answers.index,
        score=answers["height"].astype(float),
    )


def test_intraclass_correlations_are_those_of_the_speakers_heights():
    """speaker_category_id/README.md: ICC of height ICC2 .6085, average .9589 (pingouin 0.7.0, R psych 2.2.9)."""
    single, mean = intraclass(counted_ratings(heights(), ["acr"]), 0.95)

    assert (single["measure"], mean["measure"]) == ("ICC(2,1), a single rating", "ICC(2,k), a mean of 15.0 ratings")
    assert round(single["estimate"], 4) == 0.6085
    assert round(mean["estimate"], 4) == 0.9589
    assert single["low"] < 0.6085 < single["high"]


def test_a_listener_is_compared_with_the_others_alone():
    ratings = scores(
        [1.0, 2.0, 4.0, 1.0, 3.0, 4.0, 4.0, 2.0, 1.0], listeners=list("aaabbbccc"), stimuli=list("xyzxyzxyz")
    )

    correlations = leave_one_out_correlations(ratings)

    assert math.isnan(correlations["a"])
    assert correlations["c"] == pytest.approx(np.corrcoef([4, 2, 1], [1, 2.5, 4])[0, 1])


def test_correlations_with_the_others_are_those_of_the_listeners_one_by_one():
    ratings = counted_ratings(simulated_ratings(n_listeners=9), ["acr"]).sample(frac=0.3, random_state=4)
    table = ratings.pivot_table(index="listener", columns="clip_key", values="score")

    correlations = leave_one_out_correlations(ratings)

    assert correlations.index.tolist() == table.index.tolist()
    for listener, own in table.iterrows():
        others = table.drop(index=listener).mean()
        shared = own.notna() & others.notna()
        expected = own[shared].corr(others[shared]) if shared.sum() >= 3 else math.nan
        assert correlations[listener] == pytest.approx(expected, nan_ok=True)


def test_one_listener_agrees_with_nobody_and_the_notes_say_so():
    table = reliability(simulated_ratings(n_listeners=1))

    assert table["estimate"].isna().all()
    assert (table["note"] != "").all()


def test_equal_answers_have_no_agreement_to_measure():
    table = reliability(scores([4.0] * 4, listeners=list("aabb"), stimuli=list("xyxy"))).set_index("measure")

    alpha_row = table.loc["Krippendorff's alpha, ordinal"]
    assert math.isnan(alpha_row["estimate"])
    assert alpha_row["note"] == "all answers are equal"
