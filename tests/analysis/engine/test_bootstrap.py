from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.engine import bootstrap
from analysis.engine.bootstrap import (
    draw,
    percentile_interval,
    rating_table,
    resampled_means,
    two_way_bootstrap,
    two_way_bootstraps,
)


def study(n_listeners: int = 9, per_system: int = 4, share: float = 0.7, seed: int = 1) -> pd.DataFrame:
    """Return ratings of three systems, each listener hearing some clips, one of them twice."""
    generator = np.random.default_rng(seed)
    levels = {"listener": [f"l{n}" for n in range(n_listeners)], "system": list("abc"), "n": range(per_system)}
    ratings = pd.MultiIndex.from_product(levels.values(), names=levels).to_frame(index=False)
    ratings["stimulus"] = ratings["n"].astype(str) + ratings["system"]
    ratings["score"] = generator.normal(3, 1, len(ratings))
    kept = ratings[generator.random(len(ratings)) < share]
    return pd.concat([kept, kept.head(1).assign(score=1.5)], ignore_index=True)


def table_of(ratings: pd.DataFrame):
    return rating_table(ratings["score"].to_numpy(), ratings["listener"], ratings["stimulus"], ratings["system"])


def by_repeating_rows(ratings: pd.DataFrame, listeners: dict[str, int], stimuli: dict[str, int]) -> np.ndarray:
    """The same resample, literally: every rating as often as its listener and its stimulus were drawn together."""
    times = ratings["listener"].map(listeners) * ratings["stimulus"].map(stimuli)
    drawn = ratings.loc[ratings.index.repeat(times)]
    return drawn.groupby("system")["score"].mean().reindex(list("abc")).to_numpy()


@pytest.mark.parametrize("dense_places", [bootstrap.DENSE_PLACES, 0])
def test_means_by_counts_are_those_of_rows_repeated_as_often_as_drawn(dense_places, monkeypatch):
    monkeypatch.setattr(bootstrap, "DENSE_PLACES", dense_places)
    ratings = study(share=0.15)
    table = table_of(ratings)
    draws = draw(table, 50, np.random.default_rng(3))

    means = resampled_means(table, draws)

    assert np.isnan(means).any()
    for place in range(50):
        listeners = dict(zip(table.listeners, draws.listeners[place].astype(int), strict=True))
        stimuli = dict(zip(table.stimuli, draws.stimuli[place].astype(int), strict=True))
        assert means[place] == pytest.approx(by_repeating_rows(ratings, listeners, stimuli), abs=1e-12, nan_ok=True)


def test_each_resample_draws_every_listener_and_as_many_stimuli_of_each_cell_as_there_are():
    table = table_of(study(share=1.0))

    draws = draw(table, 500, np.random.default_rng(5))

    assert (draws.listeners.sum(axis=1) == 9).all()
    for cell in range(3):
        assert (draws.stimuli[:, table.of_cell == cell].sum(axis=1) == 4).all()
    assert draws.listeners.mean(axis=0) == pytest.approx(np.ones(9), abs=0.2)
    assert draws.stimuli.mean(axis=0) == pytest.approx(np.ones(12), abs=0.2)


def test_the_spread_of_a_complete_study_is_that_of_the_pigeonhole_bootstrap():
    """The multinomial weights have covariances of 1 - 1/L and -1/L, so the variance of a mean over L listeners and S
    stimuli is the sum of the variances of both margins and of the interaction, each divided by its number."""
    table = np.random.default_rng(2).normal(3, 1, (8, 6))
    listeners, stimuli = (pd.Series(place.ravel()) for place in np.indices(table.shape))
    rows, columns = table.mean(axis=1), table.mean(axis=0)
    interaction = table - rows[:, None] - columns + table.mean()

    resampled = two_way_bootstrap(
        rating_table(table.ravel(), listeners, stimuli, pd.Series(["one"] * 48)), np.random.default_rng(1), 40_000
    )

    expected = np.var(rows) / 8 + np.var(columns) / 6 + np.var(interaction) / 48
    assert np.var(resampled) == pytest.approx(expected, rel=0.03)


def test_names_of_listeners_and_order_of_rows_decide_no_draw():
    ratings = study()
    renamed = {name: f"x{9 - place}" for place, name in enumerate(ratings["listener"].unique())}
    shuffled = ratings.assign(listener=ratings["listener"].map(renamed)).sample(frac=1, random_state=3)

    before, after = (
        two_way_bootstrap(table_of(frame.reset_index(drop=True)), np.random.default_rng(7), 300)
        for frame in (ratings, shuffled)
    )

    np.testing.assert_allclose(after, before, atol=1e-12)


@pytest.mark.parametrize("finer", ["half", "listener"], ids=["stimuli in one cell", "stimuli in several cells"])
def test_tables_of_the_same_ratings_are_drawn_as_if_each_were_alone(finer):
    ratings = study()
    ratings["half"] = ratings["stimulus"].map({name: str(i % 2) for i, name in enumerate(ratings["stimulus"].unique())})
    columns = (ratings["score"].to_numpy(), ratings["listener"], ratings["stimulus"])
    groupings = [ratings["system"], ratings[finer]]

    together = two_way_bootstraps(columns, groupings, 7, 300)

    for found, cells in zip(together, groupings, strict=True):
        alone = two_way_bootstrap(rating_table(*columns, cells), np.random.default_rng(7), 300)
        np.testing.assert_allclose(found, alone, atol=1e-12)


def test_a_percentile_interval_leaves_out_resamples_without_ratings():
    resampled = np.array([[1.0], [2.0], [3.0], [np.nan], [4.0], [5.0]])

    low, high = percentile_interval(resampled, 0.5)

    assert (low[0], high[0]) == (2.0, 4.0)


def test_whole_scores_are_summed_in_single_precision_without_losing_a_digit():
    single = table_of(study().round({"score": 0}))
    double = replace(single, sums=single.sums.astype(float), counts=single.counts.astype(float))

    means = [two_way_bootstrap(table, np.random.default_rng(3), 300) for table in (single, double)]

    assert single.sums.dtype == np.float32
    np.testing.assert_array_equal(*means)


def test_scores_with_fractions_are_summed_in_double_precision():
    assert table_of(study()).sums.dtype == np.float64
