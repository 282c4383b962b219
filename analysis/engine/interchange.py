"""From another program's ratings to a study's record, and from a record to the ratings that other programs can hold."""

import hashlib
import json
from pathlib import Path

import pandas as pd

from analysis.engine.exchange import ExchangeFormat, Imported, csv_file, without_anything_beside
from analysis.engine.excluding import exclusions_of
from analysis.engine.formats import EXCHANGE_FORMATS, FORMATS
from analysis.engine.formats.csv_with_dictionary import csv_table
from analysis.engine.ratings import COUNTED_ROLES, JUDGEMENTS, RATINGS, NoRatings
from analysis.engine.record import RecordInChunks, StudyFacts, StudyRecord, library_versions, study_record


class EndingIsUnknown(Exception):
    """A file's name does not say what to write into it."""


def record_of_import(imported: Imported, form: ExchangeFormat, study: str) -> StudyRecord:
    """Return a record to analyse and archive: the ratings, no judgements, a protocol that says where they are from."""
    protocol = {"imported_from": {"format": form.slug, "source": form.source, "lacks": list(form.lacks)}}
    facts = StudyFacts(
        study=study,
        title=f"{study}, imported from {form.title}",
        version=1,
        protocol_sha256=hashlib.sha256(json.dumps(protocol, sort_keys=True).encode()).hexdigest(),
        seed=0,
        listeners="real",
        corpus="not said",
        is_synthetic_speech=False,
        versions=library_versions(),
    )
    judgements = pd.DataFrame(columns=[column.name for column in JUDGEMENTS])
    return study_record(facts, protocol, imported.ratings, judgements)


def write_import(imported: Imported, form: ExchangeFormat, study: str, path: Path) -> list[Path]:
    """Write imported ratings to a file whose ending says how: .csv is our table, .zip our archive. Return all files.

    What stands beside the ratings goes into a second table, beside the first. Raises EndingIsUnknown.
    """
    if path.suffix == ".zip":
        contents = {path: FORMATS["csv"].write(record_of_import(imported, form, study))}
    elif path.suffix == ".csv":
        contents = {path: csv_table(imported.ratings, RATINGS)}
    else:
        raise EndingIsUnknown(f"{path}: give the output a name that ends in .csv or .zip.")
    if len(imported.beside.columns):
        names = [str(name) for name in imported.beside.columns]
        beside = csv_file(names, imported.beside.itertuples(index=False, name=None))
        contents[path.with_name(f"{path.stem}-beside.csv")] = beside
    for each, content in contents.items():
        each.write_bytes(content)
    return list(contents)


def files_of(record: StudyRecord, form: str, method: str | None) -> dict[str, bytes]:
    """Return a record's files in another program's format by its slug, with the ratings that count.

    Raises CannotBeWritten, NoRatings or ExclusionIsUnknown.
    """
    return EXCHANGE_FORMATS[form].write(ratings_to_write(record, method))


def write_archive_file(record: RecordInChunks, form: str, folder: Path) -> Path:
    """Write a record as an archive, in a format by its slug, into a folder, and return the file.

    The file is there whole or, if this raises, as it was before. Raises RatingsFrameIsWrong.
    """
    path = folder / f"{record.facts.study}.{FORMATS[form].ending}"
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            FORMATS[form].write_in_chunks(record, file)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def ratings_to_write(record: StudyRecord, method: str | None) -> Imported:
    """Return the ratings that a file of another program may hold: those that count, of one method or of all.

    Such files have no word for gold stimuli, traps, training and repeats, nor for what exclusions left out, so they get
    none of it. Raises NoRatings.
    """
    kept = exclusions_of(record.ratings, record.protocol).kept
    counts = kept["role"].isin(list(COUNTED_ROLES)) & ((kept["method"] == method) | (method is None))
    if not counts.any():
        which = f"of the method {method} that count" if method else "that count"
        raise NoRatings(f"The study {record.facts.study!r} has no ratings {which}.")
    return without_anything_beside(kept[counts])
