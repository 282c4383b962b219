"""What every statistic of the table must do."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine import statistics
from analysis.engine.ratings import NoRatings
from analysis.engine.statistics import STATISTICS
from listening_tests.methods import METHODS
from tests.analysis.frames import ratings_of_every_method, simulated_judgements

every_statistic = pytest.mark.parametrize("statistic", STATISTICS.values(), ids=lambda statistic: statistic.slug)


def test_every_file_in_the_folder_is_in_the_table():
    files = {path.stem for path in Path(statistics.__file__).parent.glob("*.py")} - {"__init__"}

    assert files == set(STATISTICS)


def test_every_statistic_that_a_method_names_exists():
    named = {name for method in METHODS.values() for name in (*method.statistics, *method.on_request)}

    assert named <= set(STATISTICS)


@every_statistic
def test_a_statistic_gives_tidy_tables_and_leaves_its_input_alone(statistic):
    ratings, judgements = ratings_of_every_method(), simulated_judgements()
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
    with pytest.raises(NoRatings):
        statistic.tables(ratings_of_every_method().head(0), simulated_judgements(), 0.95)


@every_statistic
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_order_of_rows_and_the_names_of_listeners_change_no_number(statistic, seed):
    ratings, judgements = ratings_of_every_method(), simulated_judgements()
    order = np.random.default_rng(seed).permutation(len(ratings))
    names = {name: f"renamed {place}" for place, name in enumerate(sorted(set(ratings["listener"]), reverse=True))}
    shuffled = ratings.iloc[order].assign(listener=lambda frame: frame["listener"].map(names))

    before = statistic.tables(ratings, judgements, 0.95)
    after = statistic.tables(shuffled, judgements, 0.95)

    for name, table in before.items():
        pd.testing.assert_frame_equal(in_one_order(after[name]), in_one_order(table), rtol=1e-9, atol=1e-12)


def in_one_order(table: pd.DataFrame) -> pd.DataFrame:
    """Ties in the estimate may come in either order."""
    names = [name for name in table.columns if table[name].dtype == "str"]
    return table.sort_values(names, ignore_index=True)


@every_statistic
def test_a_single_listener_gets_estimates_and_no_interval_over_listeners(statistic):
    ratings = ratings_of_every_method(n_listeners=1)

    tables = statistic.tables(ratings, simulated_judgements(), 0.95)

    clustered = [table[table["method"].str.contains("two-way")] for table in tables.values() if "note" in table]
    for table in clustered:
        assert table["estimate"].notna().all()
        assert table["low"].isna().all()
        assert table["note"].str.startswith("one listener").all()
