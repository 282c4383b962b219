"""What every exclusion of the table must do."""

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine import exclusions
from analysis.engine.exclusions import EXCLUSIONS
from analysis.engine.ratings import ROLES, check_ratings
from listening_tests.study_file.schema import ExclusionName
from tests.analysis.frames import rating, simulated_ratings

every_exclusion = pytest.mark.parametrize("exclusion", EXCLUSIONS.values(), ids=lambda exclusion: exclusion.slug)


def busy_ratings(seed: int = 1) -> pd.DataFrame:
    """Ratings of eight listeners, of whom every rule leaves some out: the last two answer with care, the others not."""
    generator = np.random.default_rng(seed)
    roles = [*ROLES, *["sample"] * 30, *["repeat", "catch", "gold"] * 4]
    rows = [
        _answer(number, order, str(role), generator)
        for number in range(8)
        for order, role in enumerate(generator.permutation(roles))
    ]
    return check_ratings(pd.DataFrame(rows))


def _answer(number: int, order: int, role: str, generator: np.random.Generator) -> dict[str, Any]:
    is_careful = number >= 6
    stimulus = order % 24
    heard = 4.0 + stimulus % 2 if stimulus < 12 else 1.0 + stimulus % 2
    careful_score = {"gold": 5.0, "catch": 1.0, "hidden_reference": 5.0}.get(role, heard)
    score = careful_score if is_careful else 4.0 if number == 0 else float(generator.integers(1, 6))
    row = rating(
        listener=f"listener-{number}",
        trial_order=order,
        role=role,
        system="natural" if stimulus < 12 else "classifier-noise",
        stimulus=f"s{stimulus}",
        score=score,
        response=f"{score:g}",
        hidden_while_playing_seconds=0.0 if is_careful else float(generator.integers(0, 2)),
        response_seconds=5.0 if is_careful else float(generator.exponential(2)),
        exclusion="gold" if number == 5 else "",
        is_complete_session=number != 6,
    )
    return {**row, "method": "mushra" if role == "hidden_reference" else "acr"}


def test_every_file_in_the_folder_is_in_the_table():
    files = {path.stem for path in Path(exclusions.__file__).parent.glob("*.py")} - {"__init__"}

    assert files == set(EXCLUSIONS)


def test_a_study_file_may_name_every_exclusion_and_no_other():
    assert get_args(ExclusionName) == tuple(EXCLUSIONS)


@every_exclusion
def test_an_exclusion_says_for_each_row_why_it_is_left_out_and_leaves_its_input_alone(exclusion):
    ratings = busy_ratings()
    before = ratings.copy(deep=True)

    reasons = exclusion.reasons(ratings, {})

    pd.testing.assert_frame_equal(ratings, before)
    assert list(reasons.index) == list(ratings.index)
    assert reasons.dtype == "str"
    assert 0 < (reasons != "").sum() < len(ratings)


@every_exclusion
def test_an_exclusion_of_no_ratings_leaves_nothing_out(exclusion):
    empty = check_ratings(simulated_ratings().head(0))

    assert exclusion.reasons(empty, {}).empty


@every_exclusion
def test_whoever_answers_one_trial_well_stays(exclusion):
    one = check_ratings(pd.DataFrame([rating()]))

    assert list(exclusion.reasons(one, {})) == [""]


@every_exclusion
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000))
def test_neither_the_order_of_rows_nor_the_names_of_listeners_change_who_is_left_out(exclusion, seed):
    ratings = busy_ratings(seed)
    order = np.random.default_rng(seed).permutation(len(ratings))
    shuffled = ratings.iloc[order].assign(
        listener=lambda frame: "renamed " + frame["listener"], session=lambda frame: "again " + frame["session"]
    )

    before = exclusion.reasons(ratings, {})
    after = exclusion.reasons(shuffled.reset_index(drop=True), {})

    assert list(after) == [before.iloc[place] for place in order]
