"""Several exclusions together: what they leave out, and every number with and without them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine.excluding import ExclusionIsUnknown, declared_exclusions, exclusions_of
from analysis.engine.exclusions import EXCLUSIONS
from analysis.engine.formats.csv_with_dictionary import read_archive, write_archive
from analysis.engine.record import StudyFacts, StudyRecord, study_record
from analysis.engine.results import analyse, results_as_text, write_tables
from tests.analysis.frames import rating, simulated_judgements, simulated_ratings

FAST = {"response_seconds": 0.2}


def declared(*slugs: str) -> dict:
    return {"analysis": {"exclusions": list(slugs), "statistics": ["mean_opinion_score"]}}


def three_listeners() -> pd.DataFrame:
    """One who is careful, one who is fast, and one who is fast and was excluded by a screening."""
    rows = []
    for name, how in [("careful", {}), ("fast", FAST), ("both", {**FAST, "exclusion": "gold"})]:
        rows += [rating(listener=name, trial_order=order, **how) for order in range(4)]
    return pd.DataFrame(rows)


def a_record(ratings: pd.DataFrame, protocol: dict) -> StudyRecord:
    facts = StudyFacts("demo", "Demo", 1, "0" * 64, 1, "real", "corpus", False)
    return study_record(facts, protocol, ratings, simulated_judgements())


def spoilt_ratings() -> pd.DataFrame:
    """Simulated ratings of which one listener answered everything at once and with the top of the scale."""
    ratings = simulated_ratings()
    is_fast = (ratings["listener"] == "listener-1") & (ratings["method"] == "acr")
    return ratings.assign(
        score=ratings["score"].where(~is_fast, 5.0),
        response=ratings["response"].where(~is_fast, "5"),
        response_seconds=ratings["response_seconds"].where(~is_fast, 0.1),
    )


def test_what_screenings_excluded_is_always_left_out_and_comes_first():
    assert declared_exclusions({}) == ["failed_screening"]
    assert declared_exclusions(declared("too_fast", "failed_screening")) == ["failed_screening", "too_fast"]


def test_an_exclusion_that_is_in_no_table_is_refused():
    with pytest.raises(ExclusionIsUnknown, match="'moody': the exclusions are failed_screening"):
        declared_exclusions(declared("moody"))


def test_the_summary_counts_what_each_rule_and_what_no_other_rule_leaves_out():
    summary = exclusions_of(three_listeners(), declared("too_fast")).summary().set_index("exclusion")

    counts = summary[["n_listeners", "n_sessions", "n_ratings", "n_by_it_alone"]]
    assert counts.loc["failed_screening"].tolist() == [1, 1, 4, 0]
    assert counts.loc["too_fast"].tolist() == [2, 2, 8, 4]
    assert counts.loc["together"].tolist() == [2, 2, 8, 8]
    assert summary.loc["together", "share_of_ratings"] == pytest.approx(8 / 12)


def test_every_listener_who_loses_ratings_is_named_with_each_reason():
    table = exclusions_of(three_listeners(), declared("too_fast")).by_listener()

    named = [(row.exclusion, row.listener, row.n_ratings) for row in table.itertuples()]
    assert named == [("failed_screening", "both", 4), ("too_fast", "fast", 4), ("too_fast", "both", 4)]
    assert table["reason"].tolist()[0] == "failed the screening gold"


def test_kept_and_left_out_are_all_there_is():
    exclusions = exclusions_of(three_listeners(), declared("too_fast"))

    assert set(exclusions.kept["listener"]) == {"careful"}
    assert len(exclusions.everything) == 12
    assert set(exclusions.everything["exclusion"]) == {""}


@settings(max_examples=20, deadline=None)
@given(slugs=st.permutations(sorted(EXCLUSIONS)), first=st.integers(0, len(EXCLUSIONS)))
def test_the_order_of_the_rules_changes_nothing_and_more_rules_never_bring_a_rating_back(slugs, first):
    ratings = spoilt_ratings()

    some = exclusions_of(ratings, {}, slugs[:first])
    every = exclusions_of(ratings, {}, slugs)
    sorted_rules = exclusions_of(ratings, {}, sorted(slugs))

    pd.testing.assert_frame_equal(every.kept, sorted_rules.kept)
    assert len(every.kept) <= len(some.kept) <= len(ratings)


def test_a_study_is_analysed_without_what_its_protocol_excludes_and_shows_both():
    record = a_record(spoilt_ratings(), declared("too_fast"))

    results = analyse(record)

    only_careful = record.ratings[record.ratings["listener"] != "listener-1"]
    alone = analyse(a_record(only_careful, declared()))
    table = results.table("mean_opinion_score", "by_system")
    pd.testing.assert_frame_equal(table, alone.table("mean_opinion_score", "by_system"))
    both = results.with_and_without.query("statistic == 'mean_opinion_score' and table == 'by_system'")
    noise = both[both["cell"] == "noise"].iloc[0]
    assert noise["n"] == 40
    assert noise["n_without_exclusions"] == 48
    assert noise["change"] == pytest.approx(noise["estimate"] - noise["estimate_without_exclusions"])
    assert noise["change"] < 0


def test_a_study_without_exclusions_says_nothing_of_them():
    results = analyse(a_record(simulated_ratings(), declared()))

    assert results.with_and_without.empty
    assert "exclusions" not in results_as_text(results)


def test_the_text_and_the_files_show_what_the_exclusions_did(tmp_path):
    results = analyse(a_record(spoilt_ratings(), declared("too_fast")))

    written = [path.name for path in write_tables(results, tmp_path)]

    assert {"exclusions.csv", "with_and_without_exclusions.csv", "with_and_without_exclusions.parquet"} <= set(written)
    assert {path.suffix for path in tmp_path.iterdir()} == {".csv", ".parquet"}
    assert "With and without exclusions" in results_as_text(results)
    assert pd.read_csv(tmp_path / "exclusions.csv")["n_ratings"].tolist() == [0, 48, 48]


def test_a_cell_that_the_exclusions_emptied_keeps_its_number_without_them():
    ratings = pd.DataFrame(
        [rating(listener=f"l{n}", trial_order=n, score=float(n), response_seconds=9.0) for n in (1, 2)]
        + [rating(listener="fast", trial_order=n, system="noise", **FAST) for n in range(2)]
    )

    results = analyse(a_record(ratings, declared("too_fast")))

    both = results.with_and_without.query("table == 'by_system'").set_index("cell")
    assert np.isnan(both.loc["noise", "estimate"])
    assert both.loc["noise", "estimate_without_exclusions"] == 4.0
    assert both.loc["natural", "change"] == 0.0


def test_every_rule_gives_the_same_from_the_archive_alone():
    protocol = {**declared(*EXCLUSIONS), "screenings": [{"check": "too_fast", "margin_seconds": 0.1, "fails_at": 3}]}
    record = a_record(spoilt_ratings(), protocol)

    read = read_archive(write_archive(record))

    here, there = (exclusions_of(each.ratings, each.protocol) for each in (record, read))
    pd.testing.assert_frame_equal(there.reasons, here.reasons)
    assert here.has_any
