"""All the numbers of a study at once."""

from dataclasses import replace

from threadpoolctl import threadpool_info

from analysis.engine.results import analyse
from analysis.engine.statistics import STATISTICS
from tests.analysis.engine.test_archive import a_record


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
