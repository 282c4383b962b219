"""All the numbers of a study at once."""

from dataclasses import replace

import pandas as pd
from threadpoolctl import threadpool_info

from analysis.engine.results import analyse, results_as_text
from analysis.engine.statistics import STATISTICS
from tests.analysis.engine.test_archive import a_record
from tests.analysis.frames import simulated_ratings


def test_sums_are_never_shared_among_processors(monkeypatch):
    slug, seen = "mean_opinion_score", []
    tables = STATISTICS[slug].tables

    def look(*given):
        seen.extend(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
        return tables(*given)

    monkeypatch.setitem(STATISTICS, slug, replace(STATISTICS[slug], tables=look))
    analyse(a_record())

    assert seen
    assert set(seen) == {1}


def test_numbers_with_and_without_exclusions_are_the_same_when_computed_at_once():
    ratings = simulated_ratings()
    session = ratings["session"].iloc[0]
    record = a_record(ratings.assign(exclusion=["volume" if each == session else "" for each in ratings["session"]]))

    one_by_one, at_once = analyse(record), analyse(record, at_once=True)

    assert not at_once.with_and_without.empty
    pd.testing.assert_frame_equal(at_once.with_and_without, one_by_one.with_and_without, check_exact=True)
    assert results_as_text(at_once) == results_as_text(one_by_one)
