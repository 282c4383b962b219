"""The tables of what can be chosen to make sounds."""

import pytest

from generation import catalogue, documentation
from generation.documentation import catalogue_tables

CHOICES = {
    "Objectives": catalogue.OBJECTIVES,
    "Penalties": catalogue.PENALTIES,
    "Transforms": catalogue.TRANSFORMS,
    "Starts": catalogue.STARTS,
    "Maximisation presets": catalogue.PRESETS,
}


@pytest.fixture(scope="module")
def tables():
    return {table.title: table for table in catalogue_tables()}


def test_every_row_fills_its_tables_head(tables):
    for table in tables.values():
        assert table.rows
        assert all(len(row) == len(table.head) and all(row) for row in table.rows)


@pytest.mark.parametrize("title", CHOICES)
def test_everything_that_can_be_chosen_is_listed(tables, title):
    assert [row[0] for row in tables[title].rows] == [f"`{slug}`" for slug in CHOICES[title]]


def test_every_network_is_listed_with_those_of_its_part(tables):
    listed = [row[0] for title in documentation.NETWORK_TITLES.values() for row in tables[title].rows]

    assert sorted(listed) == sorted(f"`{slug}`" for slug in catalogue.NETWORKS)
    assert "`half_autoencoder`" in [row[0] for row in tables["Decoder priors"].rows]


def test_a_penalty_is_told_by_its_docstring_and_its_settings(tables):
    likeness = next(row for row in tables["Penalties"].rows if row[0] == "`likeness`")

    assert likeness[2].startswith("How near a sample is to the others of its group")
    assert likeness[3] == "`group` 8, `reach` 0.1"


def test_every_setting_of_a_search_has_a_meaning(tables):
    meanings = {row[0]: row[2] for row in tables["Settings of a search"].rows}

    assert "`assurance` says" in meanings["`patience`"]
    assert meanings["`rate`"] == "its step size."


def test_a_preset_says_when_its_samples_leave(tables):
    in_full = {(row[0], row[1]): row[2:] for row in tables["What each preset sets"].rows}

    objective, _, others = in_full["`recommended`", "decoder"]
    assert "`patience` 4, `assurance` 2.0, `decay` 0.92, `renewal` 14, `in_turn` 16" in others
    assert objective.endswith("-5 × `likeness` (group 8, reach 0.05)")
    assert "patience" not in in_full["`paper`", "features"][2]
