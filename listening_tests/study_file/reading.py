"""Reading a study file, with an error for each fault that says where it stands and what to do."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from listening_tests.study_file.schema import StudyFile


class _PlainWordsLoader(yaml.SafeLoader):
    """YAML in which on, off, yes and no are words: four of the Speech Commands, after all."""


_PlainWordsLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_PlainWordsLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


# The field that names another study file, whose fields hold where this one does not give its own.
EXTENDS = "extends"


class StudyFileIsWrong(Exception):
    """A study file cannot be used; the message lists every fault with its line and field."""


def protocol_digest(protocol: dict[str, Any]) -> str:
    """Return the SHA-256 of a protocol in canonical JSON."""
    return hashlib.sha256(json.dumps(protocol, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def read_study_file(path: Path) -> StudyFile:
    """Return the validated study file, with the fields it takes from the file that it extends.

    Raises StudyFileIsWrong with one line for each fault: file, line, field, what is wrong.
    """
    return _validated(_documents(_read_text(path), name=str(path), folder=path.parent))


def parse_study_file(text: str, *, name: str) -> StudyFile:
    """Return the validated study file that stands in a text; `name` is what errors call it.

    Raises StudyFileIsWrong with one line for each fault.
    """
    return _validated(_documents(text, name=name, folder=None))


@dataclass(frozen=True)
class _Document:
    """One YAML document: what errors call it, its nodes, which know their lines, and its fields."""

    name: str
    node: yaml.Node | None
    fields: dict[str, Any]


def _documents(text: str, *, name: str, folder: Path | None) -> list[_Document]:
    """Return a document and those that it extends, one after another, each found from the folder of the one before."""
    documents = [_parse(text, name)]
    while (extended := documents[-1].fields.pop(EXTENDS, None)) is not None:
        if folder is None:
            raise StudyFileIsWrong(f"{name}: only a file can extend another one: write all the fields out here.")
        path = folder / str(extended)
        if str(path) in [document.name for document in documents]:
            raise StudyFileIsWrong(f"{documents[-1].name}: it extends {path}, which leads back to it: extend another.")
        documents.append(_parse(_read_text(path), str(path)))
        folder = path.parent
    return documents


def _parse(text: str, name: str) -> _Document:
    try:
        node = yaml.compose(text, Loader=_PlainWordsLoader)
        fields = yaml.load(text, Loader=_PlainWordsLoader)
    except yaml.YAMLError as error:
        raise StudyFileIsWrong(f"{name}: this is not YAML: {error}") from error
    if not isinstance(fields, dict):
        raise StudyFileIsWrong(f"{name}: the file is no list of fields; start from studies/demo.yaml.")
    return _Document(name, node, fields)


def _validated(documents: Sequence[_Document]) -> StudyFile:
    """Return the study file of the first document, its missing fields taken from those that follow."""
    fields: dict[str, Any] = {}
    for document in reversed(documents):
        fields |= document.fields
    try:
        return StudyFile.model_validate(fields)
    except ValidationError as error:
        faults = [f"{_where(documents, fault['loc'])}: {_say(fault)}" for fault in error.errors()]
        raise StudyFileIsWrong("\n".join(faults)) from error


def _where(documents: Sequence[_Document], location: tuple[int | str, ...]) -> str:
    """Return the document and the line of a fault: the first document in which the field stands."""
    field = location[0] if location else None
    document = next((each for each in documents if field in each.fields), documents[0])
    return f"{document.name}, line {_line_of(document.node, location)}"


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise StudyFileIsWrong(f"{path}: {error.strerror or error}; give the path of a study file.") from error
    except UnicodeDecodeError as error:
        raise StudyFileIsWrong(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8.") from error


def _say(fault: Any) -> str:
    """Return one fault in words: the field, what is wrong, and what stands there."""
    field = ".".join(str(part) for part in fault["loc"] if part != "[key]") or "the file"
    if fault["type"] == "extra_forbidden":
        return f"{field}: there is no such field; docs/study-file.md lists them"
    if fault["type"] == "missing":
        return f"{field}: this field is missing"
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "value_error":
        return f"{field}: {message}"
    return f"{field}: {message[0].lower()}{message[1:]} (found {fault['input']!r})"


def _line_of(node: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """Return the line of the deepest part of the location that stands in the file."""
    line = 1
    for part in location:
        # A part may be none of the file's own: the kind of a section, which stands in the section.
        if (child := _child(node, part)) is not None:
            node, line = child
    return line


def _child(node: yaml.Node | None, part: int | str) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark.line + 1
    return None
