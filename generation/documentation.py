"""What can be chosen to make sounds, as tables for the catalogue's page: from the tables in code and the docstrings."""

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from pkgutil import resolve_name
from typing import Any

from generation import catalogue
from generation.catalogue import Entry, NetworkRole
from generation.engine.maximisation.recipes import PRESETS, MaximisationRecipe

NAME, TITLE, MEANING, SETTINGS = "name", "title", "what it is", "settings, and what they are unless given"


@dataclass(frozen=True)
class CatalogueTable:
    """One table of the page: its title, its head, and a row for each thing to choose."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def catalogue_tables() -> list[CatalogueTable]:
    """Return what there is to choose from to make sounds, table by table."""
    return [
        *(_plain(title, _networks(role)) for role, title in NETWORK_TITLES.items()),
        _plain("Vocoders", catalogue.VOCODERS),
        _plain("Starts", catalogue.STARTS),
        _plain("Spaces", catalogue.SPACES),
        _plain("Maximisation presets", catalogue.PRESETS),
        _presets_in_full(),
        _settings_of_a_search(),
        _with_settings("Objectives", catalogue.OBJECTIVES),
        _with_settings("Penalties", catalogue.PENALTIES),
        _with_settings("Transforms", catalogue.TRANSFORMS),
        _plain("Feature definitions", catalogue.FEATURES),
    ]


NETWORK_TITLES = {
    NetworkRole.CLASSIFIER: "Classifiers",
    NetworkRole.PRIOR: "Decoder priors",
    NetworkRole.VOCODER: "Networks of vocoders",
}


def _networks(role: NetworkRole) -> dict[str, Entry]:
    return {slug: entry for slug, entry in catalogue.NETWORKS.items() if entry.role == role}


def _plain(title: str, table: Mapping[str, Entry]) -> CatalogueTable:
    return CatalogueTable(
        title, (NAME, TITLE, MEANING), [(_code(each.slug), each.title, each.description) for each in table.values()]
    )


def _with_settings(title: str, table: Mapping[str, Entry]) -> CatalogueTable:
    """Describe each entry by its class: the docstring's first paragraph, and its fields."""
    rows = []
    for each in table.values():
        made = resolve_name(each.implementation)
        settings = ", ".join(f"{_code(field.name)} {_default(field)}" for field in fields(made))
        rows.append((_code(each.slug), each.title, _first_paragraph(made), settings or "–"))
    return CatalogueTable(title, (NAME, TITLE, MEANING, SETTINGS), rows)


def _first_paragraph(documented: object) -> str:
    return " ".join((inspect.getdoc(documented) or "").split("\n\n")[0].split())


def _default(field: Field[Any]) -> str:
    return "(must be given)" if field.default is MISSING else _value(field.default)


def _presets_in_full() -> CatalogueTable:
    rows = [
        (_code(name), space, *_search(recipe)) for name, spaces in PRESETS.items() for space, recipe in spaces.items()
    ]
    return CatalogueTable("What each preset sets", (NAME, "space", "objective", "transforms", "other settings"), rows)


def _search(recipe: MaximisationRecipe) -> tuple[str, str, str]:
    """Put a search's settings into cells: the objective, the transforms, and the others that are not as usual."""
    stated = recipe.as_dict()
    terms = [f"{each['weight']:+g} × {_named(each, {'weight'})}" for each in stated["objective"]]
    transforms = [_named(each, set()) for each in stated["transforms"]]
    told = {"space", "objective", "transforms"}
    others = [each for each in fields(recipe) if each.name not in told and stated[each.name] != each.default]
    settings = [f"{_code(each.name)} {_value(stated[each.name])}" for each in others]
    return " ".join(terms), ", ".join(transforms) or "–", ", ".join(settings)


def _named(stated: Mapping[str, Any], told: set[str]) -> str:
    """Write a term or a transform as one would call it."""
    settings = ", ".join(f"{name} {_value(value)}" for name, value in stated.items() if name not in {"name", *told})
    return f"{_code(stated['name'])} ({settings})" if settings else _code(stated["name"])


def _settings_of_a_search() -> CatalogueTable:
    meanings = _meanings(inspect.getdoc(MaximisationRecipe) or "", [each.name for each in fields(MaximisationRecipe)])
    rows = [(_code(each.name), _default(each), meanings[each.name]) for each in fields(MaximisationRecipe)]
    return CatalogueTable("Settings of a search", (NAME, "unless given", "meaning"), rows)


def _meanings(docstring: str, names: Iterable[str]) -> dict[str, str]:
    """Take a docstring of the form "name: meaning. name: meaning." apart."""
    parts = re.split(rf"(?:^|(?<=\s))({'|'.join(names)}): ", " ".join(docstring.split()))
    return {name: meaning.strip() for name, meaning in zip(parts[1::2], parts[2::2], strict=True)}


def _value(value: object) -> str:
    """Write a setting's value in words where a page has them."""
    if value is None or value == ():
        return "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value).replace("_", " ")


def _code(name: str) -> str:
    return f"`{name}`"
