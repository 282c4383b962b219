import json
import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analysis.engine.comparisons import adjusted, cliffs_deltas, pair_variances, wilcoxon_p, wilcoxon_p_values
from analysis.engine.intervals import cluster_variances
from analysis.engine.permutation import permutation_p
from analysis.engine.ratings import NoRatings
from analysis.engine.statistics.pairwise_differences import pairwise_differences
from tests.analysis.frames import SYSTEMS, published, rating, simulated_ratings


def sparse_codes(seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return scores, systems, listeners and stimuli [N] of three systems, each listener hearing some clips."""
    generator = np.random.default_rng(seed)
    listeners, systems, numbers = (place.ravel() for place in np.indices((9, 3, 5)))
    kept = generator.random(listeners.size) < 0.6
    scores = generator.integers(1, 6, listeners.size).astype(float)
    return scores[kept], systems[kept], listeners[kept], (systems * 5 + numbers)[kept]


def test_each_pair_has_the_variances_of_a_regression_on_its_own_ratings():
    scores, systems, listeners, stimuli = sparse_codes()

    variances = pair_variances(scores, systems, listeners, stimuli)

    for pair in [(0, 1), (0, 2), (1, 2)]:
        part = np.isin(systems, pair)
        design = np.column_stack([np.ones(part.sum()), systems[part] == pair[0]])
        own = cluster_variances(scores[part], design, pd.Series(listeners[part]), pd.Series(stimuli[part]))
        assert variances.by_listener[pair] == pytest.approx(own.by_listener[1])
        assert variances.by_stimulus[pair] == pytest.approx(own.by_stimulus[1])
        assert variances.two_way[pair] == pytest.approx(own.two_way[1])
        assert variances.n_listeners[pair] == len(set(listeners[part]))
        assert variances.n_stimuli[pair] == len(set(stimuli[part]))


def test_cliffs_delta_is_counted_over_all_pairs_of_ratings():
    scores, systems, _, _ = sparse_codes()

    deltas = cliffs_deltas(scores, systems)

    for first, second in [(0, 1), (2, 0)]:
        signs = np.sign(scores[systems == first][:, None] - scores[systems == second])
        assert deltas[first, second] == pytest.approx(signs.mean())
    of_mann_whitney = stats.mannwhitneyu(scores[systems == 0], scores[systems == 1])
    counts = np.bincount(systems)
    assert deltas[0, 1] == pytest.approx(2 * of_mann_whitney.statistic / (counts[0] * counts[1]) - 1)


def codec_means(signals: str = "") -> pd.DataFrame:
    """Return each listener's mean of each condition of the codec study, of the signals that begin so."""
    rows = pd.read_csv(published("mushra_codec", "ratings_formated_filtered.csv"))
    rows = rows[rows["signal"].str.startswith(signals)]
    lists = rows.assign(score=rows["ratings"].map(json.loads), listener=rows["participant_ids"].map(json.loads))
    each = lists.explode(["score", "listener"]).astype({"score": float, "listener": int})
    return each.pivot_table(index="listener", columns="condition", values="score")


def test_wilcoxon_on_listener_means_gives_the_statements_of_the_codec_study():
    """mushra_codec/README.md: 19 listeners, Wilcoxon on listener means, Holm over these six."""
    means, tsp, vctk = codec_means(), codec_means("TSP"), codec_means("VCTK")
    family = [
        (means["Proposed 1.38"], means["Lyra 3"]),
        (means["Proposed 1.38 16kHz"], means["Lyra 3"]),
        (means["Proposed 5.51 16kHz"], means["Lyra 6"]),
        (means["Proposed 5.51"], means["Lyra 6"]),
        (tsp["AudioDec"], tsp["Proposed 5.51"]),
        (vctk["AudioDec"], vctk["Proposed 5.51"]),
    ]

    p_values = adjusted(np.array([wilcoxon_p(a.to_numpy(), b.to_numpy()) for a, b in family]), "holm")

    differences = [round(float((a - b).mean()), 2) for a, b in family]
    assert differences == [24.63, 17.66, 3.10, 14.89, 27.15, -10.76]
    assert p_values == pytest.approx([4.6e-5, 7.9e-4, 0.142, 0.0010, 6.6e-4, 0.035], rel=0.05)


def test_a_listener_who_heard_one_of_two_systems_does_not_enter_wilcoxons_test():
    first, second = np.array([4.0, 3.5, 4.2, np.nan, 3.9]), np.array([3.0, 3.0, 3.0, 3.0, 3.2])

    assert wilcoxon_p(first, second) == pytest.approx(stats.wilcoxon([1.0, 0.5, 1.2, 0.7]).pvalue)
    assert wilcoxon_p(second, second) == 1.0
    assert math.isnan(wilcoxon_p(first[:1], second[:1]))


def test_adjusted_p_values_are_those_of_holm_and_of_benjamini_and_hochberg():
    """By hand: sorted .01 .02 .04; Holm 3*.01, 2*.02, .04; Benjamini-Hochberg 3*.01, 3*.02/2, .04."""
    p_values = np.array([0.04, np.nan, 0.01, 0.02])

    assert adjusted(p_values, "holm") == pytest.approx([0.04, np.nan, 0.03, 0.04], nan_ok=True)
    assert adjusted(p_values, "fdr_bh") == pytest.approx([0.04, np.nan, 0.03, 0.03], nan_ok=True)


def test_better_systems_come_first_and_simulated_differences_are_found():
    table = pairwise_differences(simulated_ratings(n_listeners=12), permutations=199)

    assert list(zip(table["system"], table["other_system"], strict=True)) == [
        ("natural", "copy"), ("natural", "noise"), ("copy", "noise"),
    ]  # fmt: skip
    difference = table.iloc[2]
    assert difference["low"] < SYSTEMS["copy"] - SYSTEMS["noise"] < difference["high"]
    assert (table["p_two_way_holm"] < 0.01).all()
    assert (table["p_permutation"] <= 0.01).all()
    assert (table["p_wilcoxon_bh"] >= table["p_wilcoxon"]).all()
    assert (table["cliffs_delta"] > 0.4).all()


def test_the_item_is_the_stimulus_where_each_system_said_each_item_once():
    table = pairwise_differences(simulated_ratings(takes=1), permutations=9)

    assert (table["n_stimuli"] == 4).all()


def test_one_system_has_nothing_to_be_compared_with():
    with pytest.raises(NoRatings, match="no two systems"):
        pairwise_differences(pd.DataFrame([rating()]))


def rejections(n_listeners: int, n_stimuli: int, difference: float, studies: int) -> float:
    """Return how often the permutation test finds a difference at .05 in simulated unmatched studies."""
    generator = np.random.default_rng(5)
    listeners, systems, numbers = (place.ravel() for place in np.indices((n_listeners, 2, n_stimuli)))
    found = 0
    for _ in range(studies):
        scores = generator.normal(3, 0.68, listeners.size) + generator.normal(0, 0.41, n_listeners)[listeners]
        scores += generator.normal(0, 0.36, 2 * n_stimuli)[systems * n_stimuli + numbers] + difference * systems
        stimuli = systems * n_stimuli + numbers
        found += permutation_p(scores.round(), systems == 1, listeners, stimuli, generator, 99) <= 0.05
    return found / studies


def test_the_permutation_test_keeps_its_level_and_finds_large_differences():
    """80 studies without a difference: more than 10 rejections at .05 have a chance of 0.3 %."""
    assert rejections(12, 8, difference=0.0, studies=80) <= 10 / 80
    assert rejections(12, 8, difference=1.2, studies=10) >= 0.9


def test_ratings_that_are_all_equal_have_no_permutation_p():
    listeners, systems, numbers = (place.ravel() for place in np.indices((4, 2, 3)))

    p_value = permutation_p(
        np.full(24, 4.0), systems == 1, listeners, systems * 3 + numbers, np.random.default_rng(1), 19
    )

    assert math.isnan(p_value)


def test_holms_adjustment_is_that_of_statsmodels():
    p_values = np.random.default_rng(1).random(40) ** 3

    assert adjusted(p_values, "holm").tolist() == multipletests(p_values, method="holm")[1].tolist()


def test_all_pairs_have_the_wilcoxon_p_that_each_has_by_itself():
    """Of few listeners without ties, of many with ties and gaps, of none who heard both, of equal means."""
    generator = np.random.default_rng(3)
    means = np.round(generator.normal(3, 1, (70, 5)), 1)
    means[generator.random((70, 5)) < 0.2] = np.nan
    means[:9, 1] += generator.random(9)
    means[9:, 1], means[:9, 2], means[:, 4] = np.nan, np.nan, means[:, 0]

    p_values = wilcoxon_p_values(means)

    for first, second in combinations(range(5), 2):
        differences = (means[:, first] - means[:, second]).round(12)
        differences = differences[~np.isnan(differences)]
        ties = len(np.unique(np.abs(differences))) < len(differences)
        if len(differences) < 2 or not differences.any():
            expected = 1.0 if len(differences) > 1 else math.nan
        else:
            expected = stats.wilcoxon(differences, method="approx" if ties else "exact").pvalue
        assert p_values[first, second] == pytest.approx(expected, rel=1e-12, nan_ok=True)
    assert np.isnan(p_values[np.tril_indices(5)]).all()
