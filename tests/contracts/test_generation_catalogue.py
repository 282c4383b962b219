"""Every entry of generation's tables has its code, and every file beside them is in its table."""

from pathlib import Path
from pkgutil import iter_modules, resolve_name

import pytest

from generation import catalogue
from generation.engine import networks, vocoders
from generation.engine.features import FEATURES
from generation.engine.maximisation import objectives, penalties, transforms
from generation.engine.maximisation.recipes import PRESETS
from generation.models.clips import MAKING

TABLES = {
    name: table
    for name, table in vars(catalogue).items()
    if isinstance(table, dict) and all(isinstance(entry, catalogue.Entry) for entry in table.values())
}
IMPLEMENTED = [
    pytest.param(entry, id=f"{name}-{slug}")
    for name, table in TABLES.items()
    for slug, entry in table.items()
    if entry.implementation
]


@pytest.mark.parametrize("entry", IMPLEMENTED)
def test_the_code_of_an_entry_is_there(entry):
    assert callable(resolve_name(entry.implementation))


@pytest.mark.parametrize("name", ["NETWORKS", "VOCODERS", "OBJECTIVES", "PENALTIES", "TRANSFORMS", "JOB_KINDS"])
def test_every_entry_of_a_table_of_code_names_its_code(name):
    assert all(entry.implementation for entry in TABLES[name].values())


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_entry_says_what_it_is(name):
    for slug, entry in TABLES[name].items():
        assert slug == entry.slug
        assert entry.title
        assert entry.description


@pytest.mark.parametrize(
    ("package", "table"),
    [
        (networks, catalogue.NETWORKS),
        (vocoders, catalogue.VOCODERS),
        (objectives, catalogue.OBJECTIVES),
        (penalties, catalogue.PENALTIES),
        (transforms, catalogue.TRANSFORMS),
    ],
)
def test_every_file_of_a_folder_of_siblings_is_in_its_table(package, table):
    files = {module.name for module in iter_modules(package.__path__)}

    listed = {entry.implementation.partition(":")[0].rpartition(".")[2] for entry in table.values()}

    assert files == listed
    assert all(Path(package.__path__[0], f"{name}.py").is_file() for name in listed)


def test_every_network_has_a_role_and_no_other_entry_has():
    assert all(entry.role is not None for entry in catalogue.NETWORKS.values())
    assert all(entry.role is None for entry in catalogue.VOCODERS.values())


def test_the_tables_of_pages_and_of_the_engine_name_the_same():
    assert set(catalogue.FEATURES) == set(FEATURES)
    assert set(catalogue.PRESETS) == set(PRESETS)


def test_what_a_recipe_names_of_a_clip_stands_in_the_catalogue():
    assert {id(table) for table in MAKING.values()} <= {id(table) for table in TABLES.values()}


def test_every_preset_says_which_spaces_it_searches():
    told = {slug: set(entry.spaces) for slug, entry in catalogue.PRESETS.items()}

    assert told == {name: {str(space) for space in spaces} for name, spaces in PRESETS.items()}
    assert all(set(entry.spaces) <= set(catalogue.SPACES) for entry in catalogue.PRESETS.values())
