"""The data dictionary that travels with an archive: a Frictionless data package with a table schema for each table.

Source: specs.frictionlessdata.io, Data Package and Table Schema, version 1.
"""

import hashlib
import io
from collections.abc import Mapping
from typing import IO, Any

from analysis.engine.columns import Column
from analysis.engine.ratings import JUDGEMENT_IDENTITY, JUDGEMENTS, RATING_IDENTITY, RATINGS
from analysis.engine.record import StudyFacts

TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
SCHEMAS = {"ratings": (RATINGS, RATING_IDENTITY), "judgements": (JUDGEMENTS, JUDGEMENT_IDENTITY)}


def data_package(facts: StudyFacts, tables: Mapping[str, IO[bytes]], media_type: str) -> dict[str, Any]:
    """Return the Frictionless description of the tables by their paths, with the study's facts under "hearsay"."""
    return {
        "profile": "tabular-data-package",
        "name": facts.study,
        "title": facts.title,
        "description": " ".join(facts.statements),
        "hearsay": vars(facts),
        "resources": [_resource(path, content, media_type) for path, content in tables.items()],
    }


def _resource(path: str, content: IO[bytes], media_type: str) -> dict[str, Any]:
    name, _, ending = path.partition(".")
    columns, identity = SCHEMAS[name]
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": path,
        "format": ending,
        "mediatype": media_type,
        "encoding": "utf-8",
        "hash": sha256(content),
        "bytes": content.seek(0, io.SEEK_END),
        "schema": {
            "fields": [_field(column) for column in columns],
            "missingValues": [""],
            "primaryKey": list(identity),
        },
    }


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": not (column.may_be_missing or column.may_be_empty)}
    if column.allowed:
        constraints["enum"] = list(column.allowed)
    limits = {"minimum": column.minimum, "maximum": column.maximum}
    constraints |= {name: limit for name, limit in limits.items() if limit is not None}
    described = {"name": column.name, "type": column.type, "description": column.description}
    if column.unit:
        described["unit"] = column.unit
    if column.type == "datetime":
        described["format"] = TIME_FORMAT
    return {**described, "constraints": constraints}


def sha256(file: IO[bytes]) -> str:
    """Return the hash of a file in the form a data package writes it, reading the file piece by piece."""
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(2**20):
        digest.update(piece)
    return f"sha256:{digest.hexdigest()}"
