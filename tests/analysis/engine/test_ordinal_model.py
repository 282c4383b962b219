import math

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats
from scipy.special import expit
from statsmodels.miscmodels.ordinal_model import OrderedModel

from analysis.engine.proportional_odds import OrdinalModelDidNotConverge, fit_proportional_odds, with_finite_odds
from analysis.engine.statistics.ordinal_model import distribution_of_answers, ordinal_model
from tests.analysis.frames import published, rating, simulated_ratings

FIVE = ["ref", "team10_cross", "team10_intra", "team13_cross", "team34_intra"]


def rating_frame(scores: pd.DataFrame) -> pd.DataFrame:
    constants = {name: value for name, value in rating().items() if name not in ("score", "response")}
    return pd.DataFrame(constants, index=range(len(scores))).assign(
        listener=scores["listener"].to_numpy(),
        session=scores["listener"].to_numpy(),
        system=scores["system"].to_numpy(),
        clip_key=scores["sample"].to_numpy(),
        stimulus=scores["sample"].to_numpy(),
        trial_order=range(len(scores)),
        score=scores["score"].to_numpy(dtype=float),
        response=scores["score"].astype(str).to_numpy(),
    )


def answers(counts: dict[str, dict[float, int]]) -> pd.DataFrame:
    """Return ratings with these counts of scores for each system; ten listeners and three clips take turns."""
    rows = []
    for system, of_system in counts.items():
        for score, count in of_system.items():
            for _ in range(count):
                place = len(rows)
                rows.append(
                    rating(
                        system=system,
                        score=score,
                        response=f"{score:g}",
                        listener=f"listener-{place % 10}",
                        clip_key=f"{system}-{place % 3}",
                        trial_order=place,
                    )
                )
    return pd.DataFrame(rows)


def test_with_two_answers_the_estimate_is_the_log_odds_ratio():
    ratings = answers({"good": {1.0: 10, 5.0: 30}, "poor": {1.0: 25, 5.0: 15}})

    table = ordinal_model(ratings)

    assert table["estimate"].iloc[0] == pytest.approx(math.log(15 / 25) - math.log(30 / 10), abs=1e-9)
    assert (table["system"].iloc[0], table["other_system"].iloc[0]) == ("poor", "good")


def test_with_three_answers_the_estimate_maximises_the_likelihood_written_out():
    counts = {"good": {1.0: 8, 3.0: 12, 5.0: 30}, "poor": {1.0: 22, 3.0: 20, 5.0: 9}}

    def loss(at: np.ndarray) -> float:
        total = 0.0
        for system, shift in (("good", 0.0), ("poor", at[0])):
            lower, upper = expit(at[1] - shift), expit(at[1] + np.exp(at[2]) - shift)
            shares = np.array([lower, upper - lower, 1 - upper])
            total -= np.array(list(counts[system].values())) @ np.log(shares)
        return float(total)

    table = ordinal_model(answers(counts))

    best = optimize.minimize(
        loss,
        np.array([-1.0, -1.0, 0.0]),
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4000},
    )
    assert table["estimate"].iloc[0] == pytest.approx(best.x[0], abs=1e-4)


def test_odds_and_errors_are_those_of_statsmodels_on_the_voice_conversion_challenge():
    """Five systems of vcc2020 English (statsmodels 0.15.0, OrderedModel = R's clm), clustered by listener and file."""
    valid = pd.read_csv(published("vcc2020", "english_naturalness.csv.gz")).query("state == 'Valid'")
    ratings = rating_frame(valid[valid["system"].isin(FIVE)])
    order = ratings.groupby("system")["score"].mean().sort_values(ascending=False).index
    design = np.column_stack([(ratings["system"] == name).to_numpy(float) for name in order[1:]])
    groups = np.column_stack([pd.factorize(ratings[name])[0] for name in ("listener", "clip_key")])
    answers = pd.Categorical(ratings["score"], ordered=True)
    expected = OrderedModel(answers, design, distr="logit").fit(
        method="bfgs", disp=False, gtol=1e-8, maxiter=500, cov_type="cluster", cov_kwds={"groups": groups}
    )

    table = ordinal_model(ratings)

    errors = np.sqrt(np.diag(expected.cov_params()))[:4]
    quantile = stats.t.ppf(0.975, len(np.unique(groups[:, 0])) - 1)
    assert table["system"].tolist() == list(order[1:])
    assert table["estimate"].to_numpy() == pytest.approx(expected.params[:4], abs=1e-5)
    assert (table["high"] - table["estimate"]).to_numpy() == pytest.approx(quantile * errors, rel=1e-5)


def test_simulated_systems_are_told_apart_by_intervals_below_zero():
    table = ordinal_model(simulated_ratings(n_listeners=12))

    assert list(table["system"]) == ["copy", "noise"]
    assert (table["low"] < table["estimate"]).all()
    assert (table["high"] < 0).all()
    assert (table["p_value"] < 0.001).all()


def test_a_system_with_all_answers_at_one_end_has_no_finite_odds_and_spoils_no_other():
    ratings = answers({"best": {5.0: 20}, "good": {1.0: 5, 5.0: 30}, "poor": {1.0: 25, 5.0: 10}})

    table = ordinal_model(ratings).set_index("system")

    assert math.isnan(table.loc["best", "estimate"])
    assert table.loc["best", "note"].startswith("all answers stand at one end")
    assert table.loc["poor", "other_system"] == "good"
    assert math.isfinite(table.loc["poor", "estimate"])


def test_systems_whose_answers_lie_beyond_the_others_have_no_finite_odds():
    ratings = answers(
        {
            "best": {4.0: 10, 5.0: 12},
            "good": {2.0: 3, 3.0: 5, 4.0: 9},
            "fair": {2.0: 9, 3.0: 11},
            "poor": {1.0: 9, 2.0: 4},
        }
    )

    table = ordinal_model(ratings).set_index("system")

    assert table.loc["fair", "other_system"] == "good"
    assert math.isfinite(table.loc["fair", "estimate"])
    assert table["estimate"].isna().to_dict() == {"fair": False, "best": True, "poor": True}


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([[1, 1, 0], [0, 1, 1]], [True, False]),
        ([[1, 1, 0], [0, 1, 1], [1, 0, 1]], [True, True, True]),
        ([[0, 4, 0], [1, 1, 1]], [True, True]),
        ([[0, 4, 0, 0], [1, 1, 0, 0], [0, 1, 1, 1], [0, 0, 1, 1]], [False, False, True, True]),
        ([[4, 0, 0], [1, 0, 1]], [False, True]),
        ([[4, 0], [0, 4]], [False, False]),
        ([[4], [3]], [False, False]),
    ],
)
def test_odds_are_finite_among_systems_tied_by_answers_on_both_sides_of_thresholds(counts, expected):
    assert with_finite_odds(np.array(counts, dtype=float)).tolist() == expected


def test_a_likelihood_that_rises_for_ever_has_no_maximum():
    with pytest.raises(OrdinalModelDidNotConverge, match="do not overlap"):
        fit_proportional_odds(np.array([[0.0, 0, 4, 5], [3, 3, 0, 0]]))


def test_the_order_of_rows_and_listeners_names_change_nothing():
    ratings = simulated_ratings(n_listeners=8)
    renamed = ratings.assign(listener="x" + ratings["listener"].str[::-1]).sample(frac=1, random_state=3)

    pd.testing.assert_frame_equal(ordinal_model(renamed.reset_index(drop=True)), ordinal_model(ratings), rtol=1e-9)


def test_shares_of_answers_add_to_one_for_each_system():
    table = distribution_of_answers(simulated_ratings())

    assert table.groupby("system")["share"].sum().to_numpy() == pytest.approx(np.ones(3))
    assert table["count"].sum() == 144
