from dataclasses import replace

import numpy as np
import pytest

from analysis.engine.planning.costs import Terms
from analysis.engine.planning.designs import DesignIsImpossible
from analysis.engine.planning.differences import listeners_needed, smallest_detectable_difference
from analysis.engine.planning.half_widths import half_width, variances_of_share
from analysis.engine.planning.plans import (
    Plan,
    designs_table,
    needed_for_difference,
    needed_for_half_width,
    stopping_of,
)

PLAN = Plan(listeners=(10, 20), stimuli=(10, 40), difference=0.3, half_width=0.25, studies=100)


def test_every_design_has_its_smallest_difference_by_formula_beside_the_simulated_one():
    table = designs_table(PLAN)

    cells = list(zip(table["listeners"], table["stimuli"], strict=True))
    assert cells == [(10, 10), (10, 40), (20, 10), (20, 40)]
    expected = [smallest_detectable_difference(PLAN.design(*cell), PLAN.variances) for cell in cells]
    assert table["smallest_difference"].tolist() == pytest.approx(expected)
    assert table["simulated"].tolist() == pytest.approx(expected, rel=0.25)
    assert (table["studies"] == 100).all()


def test_the_numbers_of_a_design_do_not_depend_on_those_beside_it():
    alone = designs_table(replace(PLAN, listeners=(20,), stimuli=(40,)))

    assert alone.iloc[0].to_dict() == designs_table(PLAN).iloc[3].to_dict()


def test_trials_are_spread_over_the_systems_and_paid_for():
    plan = replace(PLAN, trials_per_listener=21, terms=Terms(systems=4, seconds_per_trial=30, minutes_beside=0))

    table = designs_table(plan)

    assert (table["trials_per_listener"] == 20).all()
    assert (table["minutes_per_listener"] == 10).all()
    assert table["cost"].tolist() == pytest.approx([20 * 1.3996, 20 * 1.3996, 40 * 1.3996, 40 * 1.3996])


def test_fewer_trials_than_systems_are_refused():
    with pytest.raises(DesignIsImpossible, match="at least one trial of each"):
        designs_table(replace(PLAN, trials_per_listener=1))


def test_designs_that_are_too_large_to_play_stand_with_the_formula_alone():
    table = designs_table(replace(PLAN, most_ratings=50_000))

    assert table["studies"].tolist() == [100, 62, 100, 0]
    assert np.isnan(table["simulated"].iloc[3])
    assert table["smallest_difference"].notna().all()


def test_needed_listeners_stand_with_their_simulation_or_with_why_there_are_none():
    table = needed_for_difference(PLAN)

    assert "take more stimuli" in table["note"].iloc[0]
    assert table["listeners"].iloc[1] == listeners_needed(0.3, 40, PLAN.variances)
    assert table["simulated_listeners"].iloc[1] == pytest.approx(table["listeners"].iloc[1], rel=0.3)
    assert table["floor"].iloc[1] < 0.3 < table["floor"].iloc[0]
    assert 0.7 < table["power"].iloc[1] < 0.95


def test_studies_of_identification_are_planned_for_the_width_of_a_share():
    plan = replace(PLAN, share=0.75, variances=variances_of_share(0.75), difference=None, half_width=0.1)

    table, needed = designs_table(plan), needed_for_half_width(plan)

    assert table["half_width"].iloc[3] == pytest.approx(half_width(plan.design(20, 40), plan.variances))
    assert table["simulated"].iloc[3] == pytest.approx(table["half_width"].iloc[3], rel=0.1)
    assert table["coverage"].between(0.8, 1).all()
    assert "take more stimuli" in needed["note"].iloc[0]
    assert needed["simulated"].iloc[1] == pytest.approx(0.1, rel=0.15)


def test_stopping_is_played_with_the_stimuli_that_need_the_fewest_ratings():
    played = stopping_of(replace(PLAN, stimuli=(10, 20, 40)))

    assert played is not None
    assert played[0].stimuli == 20
    assert played[1].coverage.value == pytest.approx(0.95, abs=0.05)
    assert stopping_of(replace(PLAN, half_width=None)) is None
    assert stopping_of(replace(PLAN, half_width=0.01)) is None


def test_a_study_that_would_not_fit_into_memory_is_not_played():
    assert PLAN.studies_of(5_000_000) == 100
    assert PLAN.studies_of(5_000_001) == 0
