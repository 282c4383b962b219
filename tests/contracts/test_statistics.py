"""What every statistic of the table must do."""

import io
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine import statistics
from analysis.engine.columns import RatingsFrameIsWrong
from analysis.engine.ratings import NoRatings
from analysis.engine.statistic import Statistic, Tables
from analysis.engine.statistics import STATISTICS
from listening_tests.methods import METHODS
from tests.analysis.frames import ratings_of_every_method, simulated_judgements

# What these say is how listeners differ.
OF_SEVERAL_LISTENERS = {"standard_deviation_of_scores", "listener_bias"}

# Methods whose scores say how much, and the tables whose numbers are such scores.
OF_SCORES = ("acr", "dcr", "ccr", "mushra")
TABLES_OF_SCORES = {
    *(("mean_opinion_score", name) for name in ("by_system", "by_item", "by_system_and_item", "distribution")),
    *((slug, name) for slug in ("degradation_score", "comparison_score") for name in ("by_system", "by_item")),
    ("mushra_score", "by_system"), ("mixed_model", "means"), ("ordinal_model", "answers"),
    ("standard_deviation_of_scores", "by_stimulus"), ("listener_bias", "by_stimulus"),
}  # fmt: skip

every_statistic = pytest.mark.parametrize("statistic", STATISTICS.values(), ids=lambda statistic: statistic.slug)
of_scores = {
    name
    for method in METHODS.values()
    if method.question.scale[0] is not None
    for name in (*method.statistics, *method.on_request)
}
every_statistic_of_scores = pytest.mark.parametrize(
    "statistic", [STATISTICS[slug] for slug in sorted(of_scores)], ids=lambda statistic: statistic.slug
)


def test_every_file_in_the_folder_is_in_the_table():
    files = {path.stem for path in Path(statistics.__file__).parent.glob("*.py")} - {"__init__"}

    assert files == set(STATISTICS)


def test_every_statistic_that_a_method_names_exists():
    named = {name for method in METHODS.values() for name in (*method.statistics, *method.on_request)}

    assert named <= set(STATISTICS)


@cache
def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ratings of every method, repeats among them, and judgements; nobody may change them."""
    ratings = ratings_of_every_method(n_listeners=12)
    first = ratings[(ratings["method"] == "acr") & (ratings["trial_order"] % 6 == 0)]
    changed = first["score"] % 5 + 1
    again = first.assign(
        role="repeat",
        trial_order=first["trial_order"] + 100,
        score=changed.where(first["trial_order"] % 12 == 0, first["score"]),
    )
    return pd.concat([ratings, again], ignore_index=True), simulated_judgements()


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
def test_the_tables_of_a_statistic_come_back_from_parquet_as_they_are(statistic):
    for table in computed(statistic).values():
        file = io.BytesIO()
        table.to_parquet(file, index=False)

        pd.testing.assert_frame_equal(pd.read_parquet(file), table.reset_index(drop=True))


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


@every_statistic_of_scores
def test_raising_all_scores_raises_scores_and_changes_nothing_else(statistic):
    ratings, judgements = frames()
    raised = 2.5
    is_raised = ratings["method"].isin(OF_SCORES)
    names = ["score", "scale_min", "scale_max"]
    higher = ratings.assign(**{name: ratings[name] + raised * is_raised for name in names})

    after = statistic.tables(higher, judgements, 0.95)

    for name, table in computed(statistic).items():
        numbers = table.select_dtypes("number").astype(float)
        change = after[name][numbers.columns].astype(float) - numbers
        is_same, is_higher = (np.isclose(change, by, atol=1e-7) | numbers.isna() for by in (0.0, raised))
        assert (is_same.all() | is_higher.all()).all()
        assert is_same.all(axis=None) != ((statistic.slug, name) in TABLES_OF_SCORES)
        pd.testing.assert_frame_equal(after[name].drop(columns=numbers), table.drop(columns=numbers))


def of_one_stimulus(ratings: pd.DataFrame) -> pd.DataFrame:
    return ratings[ratings["clip_key"] == "natural-left-0"]


def of_one_system(ratings: pd.DataFrame) -> pd.DataFrame:
    return ratings[ratings["system"] == "natural"]


def one_of_each_method(ratings: pd.DataFrame) -> pd.DataFrame:
    return ratings.groupby("method").head(1)


def all_equal(ratings: pd.DataFrame) -> pd.DataFrame:
    of_method = ratings.groupby("method")
    return ratings.assign(score=of_method["score"].transform("max"), response=of_method["response"].transform("first"))


@every_statistic
@pytest.mark.parametrize("poor", [of_one_stimulus, of_one_system, one_of_each_method, all_equal])
def test_poor_ratings_give_a_clear_refusal_or_a_note_beside_every_number_that_is_missing(statistic, poor):
    ratings, judgements = frames()

    try:
        tables = statistic.tables(poor(ratings).reset_index(drop=True), judgements, 0.95)
    except NoRatings:
        return

    for table in tables.values():
        assert not np.isinf(table.select_dtypes("number").astype(float)).any(axis=None)
        if "low" in table:
            missing = table[table[["estimate", "low", "high"]].isna().any(axis=1)]
            # A variance that is estimated as nothing has no interval, as its statistic says.
            unsaid = missing[missing.get("note", pd.Series("", index=missing.index)) == ""]
            assert (unsaid["estimate"] == 0).all()


@every_statistic
def test_a_rating_that_is_there_twice_is_refused_with_its_row(statistic):
    ratings, judgements = frames()
    twice = pd.concat([ratings, ratings.iloc[[5]]])

    with pytest.raises(RatingsFrameIsWrong, match=f"row {len(twice)}: .* repeats an earlier row"):
        statistic.tables(twice, judgements, 0.95)


@every_statistic
def test_a_missing_score_is_refused_with_its_row(statistic):
    ratings, judgements = frames()
    place = int(np.flatnonzero(ratings["score"].notna())[7])
    score = ratings["score"].where(ratings.index != place)

    with pytest.raises(RatingsFrameIsWrong, match=f"column 'score', row {place + 1}: nan is missing"):
        statistic.tables(ratings.assign(score=score), judgements, 0.95)


@every_statistic_of_scores
def test_scores_on_two_scales_are_never_thrown_together(statistic):
    ratings, judgements = frames()
    is_odd = ratings["score"].notna() & (ratings["listener"] == "listener-1")
    longer = ratings.assign(scale_max=ratings["scale_max"] + is_odd)

    with pytest.raises(RatingsFrameIsWrong, match="2 different scales"):
        statistic.tables(longer, judgements, 0.95)
