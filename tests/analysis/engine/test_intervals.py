import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.sandwich_covariance import cov_cluster_2groups

from analysis.engine.comparisons import pair_variances
from analysis.engine.intervals import (
    cluster_variances,
    crowdmos_interval,
    independent_interval,
    one_way_interval,
    two_way_difference,
    two_way_interval,
    wilson_interval,
)


def crossed(table: np.ndarray) -> tuple[np.ndarray, pd.Series, pd.Series]:
    """Return scores, listeners and stimuli of a table [listeners, stimuli]."""
    listeners, stimuli = np.indices(table.shape)
    return table.ravel(), pd.Series(listeners.ravel()), pd.Series(stimuli.ravel())


def two_way_variance_by_hand(table: np.ndarray) -> float:
    """The formula of Cameron, Gelbach & Miller 2011 for a mean, written as sums over clusters."""
    n = table.size
    residuals = table - table.mean()
    rows, columns = table.shape
    listener = rows / (rows - 1) * (residuals.sum(axis=1) ** 2).sum()
    stimulus = columns / (columns - 1) * (residuals.sum(axis=0) ** 2).sum()
    both = n / (n - 1) * (residuals**2).sum()
    return (listener + stimulus - both) / n**2


def test_the_variances_of_clusters_are_those_of_statsmodels():
    generator = np.random.default_rng(3)
    listeners, stimuli = (pd.Series(generator.integers(0, levels, 60).astype(str)) for levels in (7, 11))
    scores, design = generator.normal(size=60), np.column_stack([np.ones(60), np.arange(60) % 3 == 0]).astype(float)

    found = cluster_variances(scores, design, listeners, stimuli)

    fitted = OLS(scores, design).fit()
    two_way, by_listener, by_stimulus = cov_cluster_2groups(
        fitted, pd.factorize(listeners)[0], pd.factorize(stimuli)[0]
    )
    assert found.coefficients == pytest.approx(fitted.params)
    assert found.independent == pytest.approx(np.diag(fitted.cov_params()))
    assert found.by_listener == pytest.approx(np.diag(by_listener))
    assert found.by_stimulus == pytest.approx(np.diag(by_stimulus))
    assert found.two_way == pytest.approx(np.diag(two_way))


def test_the_interval_of_a_difference_is_that_of_pairwise_differences():
    """`comparisons.pair_variances` has the same formula for all pairs at once, written as sums over clusters."""
    generator = np.random.default_rng(4)
    scores, listeners, stimuli = crossed(generator.normal(3, 1, (6, 9)) + generator.normal(0, 1, (6, 1)))
    is_first = (stimuli < 4).to_numpy()

    interval = two_way_difference(scores, is_first, listeners, stimuli, confidence=0.9)

    variances = pair_variances(scores, 1 - is_first.astype(int), listeners.to_numpy(), stimuli.to_numpy())
    error = math.sqrt(variances.two_way[0, 1])
    assert interval.estimate == pytest.approx(scores[is_first].mean() - scores[~is_first].mean())
    assert interval.standard_error == pytest.approx(error)
    assert interval.high - interval.estimate == pytest.approx(stats.t.ppf(0.95, 3) * error)


def test_a_difference_from_a_single_stimulus_has_no_interval():
    scores, listeners, stimuli = crossed(np.random.default_rng(4).normal(3, 1, (6, 3)))

    interval = two_way_difference(scores, (stimuli == 0).to_numpy(), listeners, stimuli, confidence=0.95)

    assert math.isnan(interval.low)
    assert interval.note == "one stimulus: nothing is known of how others differ"


def test_the_two_way_interval_is_the_formula_written_as_sums():
    generator = np.random.default_rng(3)
    table = generator.normal(3, 0.5, (7, 5)) + generator.normal(0, 1, (7, 1)) + generator.normal(0, 1, (1, 5))

    interval = two_way_interval(*crossed(table), confidence=0.95)

    error = math.sqrt(two_way_variance_by_hand(table))
    quantile = stats.t.ppf(0.975, 4)
    assert interval.standard_error == pytest.approx(error, rel=1e-12)
    assert (interval.low, interval.high) == pytest.approx(
        (table.mean() - quantile * error, table.mean() + quantile * error)
    )
    assert interval.note == ""


def test_a_negative_two_way_variance_is_floored_to_the_larger_one_way_variance_and_says_so():
    table = np.array([[1.0, 5.0, 3.1], [5.0, 1.0, 3.0], [3.0, 3.2, 3.3]])
    scores, listeners, stimuli = crossed(table)
    assert two_way_variance_by_hand(table) < 0

    interval = two_way_interval(scores, listeners, stimuli, 0.95)

    one_way = [one_way_interval(scores, clusters, 0.95).standard_error for clusters in (listeners, stimuli)]
    assert interval.standard_error == pytest.approx(max(one_way))
    assert "larger one-way variance" in interval.note


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (np.array([[1.0, 2.0, 3.0]]), "one listener"),
        (np.array([[1.0], [2.0], [3.0]]), "one stimulus"),
        (np.full((3, 3), 4.0), "all answers are equal"),
        (np.array([[1.0, 3.0], [3.0, 1.0]]), "cancel"),
    ],
)
def test_where_no_interval_can_be_computed_there_is_none_and_the_reason_is_stated(table, reason):
    interval = two_way_interval(*crossed(table), confidence=0.95)

    assert interval.estimate == table.mean()
    assert math.isnan(interval.low)
    assert math.isnan(interval.high)
    assert reason in interval.note


def test_a_listener_clustered_interval_of_a_balanced_design_is_the_t_interval_of_listener_means():
    table = np.random.default_rng(5).integers(1, 6, (8, 6)).astype(float)
    scores, listeners, _ = crossed(table)

    interval = one_way_interval(scores, listeners, 0.95)

    means = table.mean(axis=1)
    expected = stats.t.interval(0.95, 7, means.mean(), stats.sem(means))
    assert (interval.low, interval.high) == pytest.approx(expected)


def test_the_conventional_interval_is_the_one_others_report():
    interval = independent_interval(np.array([1.0, 2.0, 3.0, 4.0]), 0.95)

    assert interval.high - 2.5 == pytest.approx(1.959964 * np.std([1, 2, 3, 4], ddof=1) / 2, rel=1e-6)
    assert independent_interval(np.array([3.0]), 0.95).note == "one rating"


def test_wilsons_interval_stays_inside_the_unit_interval_at_the_ends():
    nothing, everything = wilson_interval(0, 10, 0.95), wilson_interval(10, 10, 0.95)

    assert (nothing.low, everything.high) == pytest.approx((0.0, 1.0))
    assert nothing.low >= 0
    assert everything.high <= 1
    # Wilson 1927 at x = 0: z²/(n + z²) = 3.8415/13.8415.
    assert nothing.high == pytest.approx(0.27753, abs=1e-5)


tables = st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).integers(1, 6, (5, 4)).astype(float))


@settings(max_examples=40, deadline=None)
@given(table=tables, seed=st.integers(0, 1000), shift=st.integers(-3, 3))
def test_the_order_of_rows_and_names_of_listeners_change_nothing_and_a_constant_shifts_all(table, seed, shift):
    scores, listeners, stimuli = crossed(table)
    order = np.random.default_rng(seed).permutation(len(scores))
    renamed = listeners.map(lambda number: f"listener {9 - number}")

    before = two_way_interval(scores, listeners, stimuli, 0.95)
    after = two_way_interval(
        scores[order] + shift,
        renamed.iloc[order].reset_index(drop=True),
        stimuli.iloc[order].reset_index(drop=True),
        0.95,
    )

    assert after.estimate == pytest.approx(before.estimate + shift)
    assert after.low == pytest.approx(before.low + shift, nan_ok=True)
    assert after.high == pytest.approx(before.high + shift, nan_ok=True)
    assert after.note == before.note


def test_the_interval_of_crowdmos_is_its_formula_of_a_complete_table():
    """Ribeiro et al. 2011: with L listeners and S stimuli, variances w/L + s/S + u/(L S), solved from the moments."""
    table = np.random.default_rng(4).normal(3, 1, (6, 4)) + np.arange(6)[:, None] / 2 + np.arange(4) / 3
    within_listeners, within_stimuli = table.var(axis=1).mean(), table.var(axis=0).mean()
    listener, stimulus = table.var() - within_listeners, table.var() - within_stimuli
    residual = within_listeners - stimulus

    interval = crowdmos_interval(*crossed(table), confidence=0.95)

    variance = listener / 6 + stimulus / 4 + residual / 24
    assert interval.standard_error == pytest.approx(math.sqrt(variance))
    assert interval.high - table.mean() == pytest.approx(stats.t.ppf(0.975, 3) * math.sqrt(variance))


def test_the_interval_of_crowdmos_of_an_incomplete_table_is_its_formula_by_groups():
    generator = np.random.default_rng(8)
    listeners, stimuli = (pd.Series(generator.integers(0, levels, 40).astype(str)) for levels in (6, 15))
    scores = generator.integers(1, 6, 40) + generator.normal(0, 1, 6)[listeners.astype(int)]

    interval = crowdmos_interval(scores, listeners, stimuli, confidence=0.95)

    total, parts, shares = np.var(scores), [], []
    for levels in (listeners, stimuli):
        grouped = pd.Series(scores).groupby(levels)
        parts.append(grouped.var(ddof=0)[grouped.size() > 1].mean())
        shares.append((levels.value_counts(normalize=True) ** 2).sum())
    variance = max(total - parts[0], 0) * shares[0] + max(total - parts[1], 0) * shares[1]
    variance += max(sum(parts) - total, 0) / 40
    assert interval.standard_error == pytest.approx(math.sqrt(variance))
    assert interval.high - interval.estimate == pytest.approx(stats.t.ppf(0.975, 5) * math.sqrt(variance))


def test_crowdmos_has_no_interval_where_nobody_rated_twice():
    interval = crowdmos_interval(np.array([1.0, 2.0, 4.0]), pd.Series(list("abc")), pd.Series(list("xyy")), 0.95)

    assert math.isnan(interval.low)
    assert interval.note.startswith("no listener or no stimulus with several ratings")
