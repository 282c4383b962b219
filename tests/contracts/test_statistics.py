"""What every statistic of the table must do."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine import statistics
from analysis.engine.ratings import NoRatings
from analysis.engine.statistic import Statistic, Tables
from analysis.engine.statistics import STATISTICS
from listening_tests.methods import METHODS
from tests.analysis.frames import ratings_of_every_method, simulated_judgements

# What these say is how listeners differ.
OF_SEVERAL_LISTENERS = {"standard_deviation_of_scores", "listener_bias"}

every_statistic = pytest.mark.parametrize("statistic", STATISTICS.values(), ids=lambda statistic: statistic.slug)


def test_every_file_in_the_folder_is_in_the_table():
    files = {path.stem for path in Path(statistics.__file__).parent.glob("*.py")} - {"__init__"}

    assert files == set(STATISTICS)


def test_every_statistic_that_a_method_names_exists():
    named = {name for method in METHODS.values() for name in (*method.statistics, *method.on_request)}

    assert named <= set(STATISTICS)


@cache
def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ratings of every method and judgements; nobody may change them."""
    return ratings_of_every_method(n_listeners=12), simulated_judgements()


@cache
def computed(statistic: Statistic) -> Tables:
    """The tables of these ratings; nobody may change them."""
    return statistic.tables(*frames(), 0.95)


@every_statistic
def test_a_statistic_gives_tidy_tables_and_leaves_its_input_alone(statistic):
    ratings, judgements = frames()
    before = ratings.copy(deep=True)

    tables = statistic.tables(ratings, judgements, 0.95)

    pd.testing.assert_frame_equal(ratings, before)
    estimates = [table for table in tables.values() if "count" not in table]
    assert estimates
    for table in estimates:
        assert {"estimate", "low", "high", "n", "n_listeners", "n_stimuli", "method"} <= set(table.columns)
        known = table.dropna(subset=["low", "high"])
        assert (known["low"] <= known["estimate"]).all()
        assert (known["estimate"] <= known["high"]).all()


@every_statistic
def test_a_statistic_says_so_when_there_is_nothing_to_compute_from(statistic):
    ratings, judgements = frames()

    with pytest.raises(NoRatings):
        statistic.tables(ratings.head(0), judgements, 0.95)


@every_statistic
@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 1000), is_turned=st.booleans())
def test_the_order_of_rows_and_the_names_of_listeners_change_no_number(statistic, seed, is_turned):
    ratings, judgements = frames()
    order = np.random.default_rng(seed).permutation(len(ratings))
    names = sorted(set(ratings["listener"]), reverse=is_turned)
    renamed = {name: f"renamed {place:02}" for place, name in enumerate(names)}
    shuffled = ratings.iloc[order].assign(listener=lambda frame: frame["listener"].map(renamed))

    after = statistic.tables(shuffled, judgements, 0.95)

    own_names = {new: name for name, new in renamed.items()}
    for name, table in computed(statistic).items():
        pd.testing.assert_frame_equal(
            in_one_order(after[name].replace(own_names)), in_one_order(table), rtol=1e-9, atol=1e-12
        )


def in_one_order(table: pd.DataFrame) -> pd.DataFrame:
    """Ties in the estimate may come in either order."""
    names = [name for name in table.columns if table[name].dtype == "str"]
    return table.sort_values(names, ignore_index=True)


@pytest.mark.parametrize("slug", sorted(set(STATISTICS) - OF_SEVERAL_LISTENERS))
def test_a_single_listener_gets_estimates_and_no_interval_over_listeners(slug):
    ratings = ratings_of_every_method(n_listeners=1)

    tables = STATISTICS[slug].tables(ratings, simulated_judgements(), 0.95)

    clustered = [table[table["method"].str.contains("two-way")] for table in tables.values() if "note" in table]
    for table in clustered:
        assert table["estimate"].notna().all()
        assert table["low"].isna().all()
        assert table["note"].str.startswith("one listener").all()


@pytest.mark.parametrize("slug", sorted(OF_SEVERAL_LISTENERS))
def test_what_is_about_how_listeners_differ_is_refused_for_one(slug):
    with pytest.raises(NoRatings, match="listeners"):
        STATISTICS[slug].tables(ratings_of_every_method(n_listeners=1), simulated_judgements(), 0.95)
