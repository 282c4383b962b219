"""The documents that are made from the code, so that they cannot drift from it."""

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import get_commands, load_command_class

from analysis.engine import ratings
from generation.documentation import catalogue_tables
from listening_tests.methods import METHODS
from listening_tests.recruitment import RECRUITERS
from listening_tests.screenings import SCREENINGS
from listening_tests.study_file.schema import StudyFile

OUR_APPS = ("accounts", "generation", "listening_tests", "analysis")
MADE = "<!-- Made by `make docs`: change the code, not this file. -->\n"


def documents() -> dict[Path, str]:
    """Return the text of every document made from the code, by its path."""
    texts = {
        "study-file.md": study_file_document(),
        "catalogue.md": catalogue_document(),
        "data-dictionary.md": data_dictionary_document(),
        "settings.md": settings_document(),
        "commands.md": commands_document(),
    }
    return {settings.BASE_DIR / "docs" / name: MADE + text for name, text in texts.items()}


def study_file_document() -> str:
    """Return the reference of the study file: each section, each field, its type, default and meaning."""
    schema = StudyFile.model_json_schema()
    parts = [
        "# The study file\n",
        "One YAML document names everything a study is made of; `studies/demo.yaml` is a whole one. Check and run it "
        "with `python manage.py run_study FILE`. A file may begin with `extends: FILE`, the path of another from its "
        "own folder: fields that it does not give itself are taken from there, whole. Unknown fields are refused. "
        "*on*, *off*, *yes* and *no* are plain words here; only `true` and `false` are booleans.\n",
        _section("The file", schema),
    ]
    parts += [_section(_section_title(name), section) for name, section in schema["$defs"].items()]
    return "\n".join(parts)


def _section_title(name: str) -> str:
    return {
        "CorpusSection": "`corpus`",
        "NetworksSection": "`networks`",
        "ClassifierSection": "each of `networks.classifiers`",
        "PriorSection": "`networks.prior`",
        "VocoderSection": "each of `networks.vocoders`",
        "SystemSection": "each of `systems`",
        "BlockSection": "each of `blocks`",
        "ListenersSection": "`listeners`",
        "AnalysisSection": "`analysis`",
        "HalfWidthSection": "`analysis.half_width`",
        "RightsSection": "`rights`",
        "TrainingSection": "`training` of each of `blocks`",
        "QuestionnaireSection": "each of `questionnaires`",
        "QuestionSection": "each of `questions` of each of `questionnaires`",
        "ComprehensionQuestion": "each of `questions` of the check `comprehension`",
        **{screening.__name__: f"`screenings`: `{slug}`" for slug, screening in SCREENINGS.items()},
        **{recruiter.__name__: f"`recruitment`: `{slug}`" for slug, recruiter in RECRUITERS.items()},
    }[name]


def _section(title: str, section: Mapping[str, Any]) -> str:
    rows = [
        (f"`{name}`", _type_of(field), _default_of(name, field, section), field.get("description", ""))
        for name, field in section["properties"].items()
    ]
    return f"## {title}\n\n{section.get('description', '')}\n\n" + _table(("field", "type", "default", "meaning"), rows)


def _type_of(field: Mapping[str, Any]) -> str:
    if "$ref" in field or "oneOf" in field:
        return "section"
    if "anyOf" in field:
        return " or ".join(_type_of(option) for option in field["anyOf"] if option.get("type") != "null")
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {_type_of(field['items'])}s"
    if field["type"] == "object":
        return "sections by name"
    limits = [f"{sign} {field[name]:g}" for name, sign in _LIMITS.items() if name in field]
    return " ".join([field["type"], *limits])


_LIMITS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}


def _default_of(name: str, field: Mapping[str, Any], section: Mapping[str, Any]) -> str:
    if name in section.get("required", ()):
        return "needed"
    default = field.get("default")
    return "–" if default in (None, "") or isinstance(default, dict) else f"`{default}`"


def catalogue_document() -> str:
    """Return what there is to choose from, table by table."""
    parts = ["# What there is to choose from\n"]
    parts += [f"## {table.title}\n\n" + _table(table.head, table.rows) for table in catalogue_tables()]
    methods = [(f"`{method.slug}`", method.title, method.citation) for method in METHODS.values()]
    parts.append("## Test methods\n\n" + _table(("name", "title", "source"), methods))
    checks = [
        (f"`{slug}`", str(each.title), each.moment.value, each.kind.label, each.citation)
        for slug, each in SCREENINGS.items()
    ]
    parts.append("## Screenings\n\n" + _table(("name", "title", "when", "kind", "source"), checks))
    services = [(f"`{slug}`", each.title, (each.__doc__ or "").split("\n")[0]) for slug, each in RECRUITERS.items()]
    parts.append("## Recruitment services\n\n" + _table(("name", "title", "what it is"), services))
    return "\n".join(parts)


def data_dictionary_document() -> str:
    """Return the columns of the two exported tables."""
    parts = [
        "# Data dictionary\n",
        "The columns of an export (`ratings.csv`, `judgements.csv`). The same description travels in every archive as "
        "`datapackage.json` (Frictionless Table Schema).\n",
    ]
    for title, schema in (("Ratings", ratings.RATINGS), ("Judgements", ratings.JUDGEMENTS)):
        rows = [(f"`{column.name}`", column.type, column.unit or "–", column.description) for column in schema]
        parts.append(f"## {title}\n\n" + _table(("column", "type", "unit", "meaning"), rows))
    return "\n".join(parts)


def settings_document() -> str:
    """Return the environment variables that config/settings.py reads, with the comment above each."""
    source = (settings.BASE_DIR / "config" / "settings.py").read_text()
    rows = [(f"`{name}`", kind, f"`{default}`", comment) for name, kind, default, comment in _variables(source)]
    return (
        "# Settings\n\nEvery setting comes from the environment and has a safe default; `config/settings.py` is the "
        "only file that reads it.\n\n" + _table(("variable", "type", "default", "meaning"), rows)
    )


def _variables(source: str) -> Iterable[tuple[str, str, str, str]]:
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("environment."):
            name, *rest = node.args
            default = rest[0] if rest else node.keywords[0].value
            yield (
                ast.literal_eval(name),
                ast.unparse(node.func).removeprefix("environment."),
                ast.unparse(default),
                _comment_above(lines, node.lineno - 1),
            )


def _comment_above(lines: list[str], index: int) -> str:
    """Return the comment that ends right above a line, skipping up to the start of its statement."""
    while index > 0 and not lines[index - 1].lstrip().startswith("#") and lines[index - 1].strip():
        index -= 1
    comment: list[str] = []
    while index > 0 and lines[index - 1].lstrip().startswith("#"):
        index -= 1
        comment.insert(0, lines[index].lstrip("# ").strip())
    return " ".join(comment)


def commands_document() -> str:
    """Return our management commands, what each does and how it is called."""
    parts = ["# Commands\n\nEach is called as `python manage.py NAME`; `--help` tells more.\n"]
    for name, app in sorted(get_commands().items()):
        if app in OUR_APPS:
            command = load_command_class(app, name)
            usage = command.create_parser("manage.py", name).format_usage()
            parts.append(f"## {name}\n\n{command.help}\n\n```\n{_own_usage(usage)}\n```\n")
    return "\n".join(parts)


def _own_usage(usage: str) -> str:
    """Return a command's usage without the options that every Django command has."""
    flat = " ".join(usage.replace("usage: manage.py ", "").split())
    for shared in (
        "[-h]", "[--version]", "[-v {0,1,2,3}]", "[--settings SETTINGS]", "[--pythonpath PYTHONPATH]", "[--traceback]",
        "[--no-color]", "[--force-color]", "[--skip-checks]",
    ):  # fmt: skip
        flat = flat.replace(f" {shared}", "")
    return flat


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head)]
    lines += [["---"] * len(lines[0])]
    lines += [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"
