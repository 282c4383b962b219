import math

import numpy as np
import pandas as pd
import pytest
from scipy import optimize
from scipy.special import expit

from analysis.engine.statistics.ordinal_model import distribution_of_answers, ordinal_model
from tests.analysis.frames import rating, simulated_ratings


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

    assert table["estimate"].iloc[0] == pytest.approx(math.log(15 / 25) - math.log(30 / 10), abs=1e-4)
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
    assert table["estimate"].iloc[0] == pytest.approx(best.x[0], abs=1e-3)


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


def test_shares_of_answers_add_to_one_for_each_system():
    table = distribution_of_answers(simulated_ratings())

    assert table.groupby("system")["share"].sum().to_numpy() == pytest.approx(np.ones(3))
    assert table["count"].sum() == 144
