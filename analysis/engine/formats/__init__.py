"""The tables of file formats, one line each: our own archives of whole studies, and other programs' ratings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from analysis.engine.exchange import ExchangeFormat
from analysis.engine.formats import csv_with_dictionary, parquet_with_dictionary
from analysis.engine.formats.golisten import GOLISTEN
from analysis.engine.formats.mturk_paper import MTURK_PAPER
from analysis.engine.formats.p808_votes import P808_VOTES
from analysis.engine.formats.p808_votes_per_clip import P808_VOTES_PER_CLIP
from analysis.engine.formats.reseval import RESEVAL
from analysis.engine.formats.webmushra import WEBMUSHRA
from analysis.engine.record import RecordInChunks, StudyRecord


@dataclass(frozen=True)
class Format:
    """A way to write a study's record into a file, whole or as its ratings come, and to read it back."""

    slug: str
    title: str
    ending: str
    media_type: str
    write: Callable[[StudyRecord], bytes]
    write_in_chunks: Callable[[RecordInChunks, IO[bytes]], None]
    read: Callable[[bytes], StudyRecord]


FORMATS: dict[str, Format] = {
    form.slug: form
    for form in (
        Format(
            "csv",
            "CSV with a data dictionary",
            "zip",
            "application/zip",
            csv_with_dictionary.write_archive,
            csv_with_dictionary.write_archive_in_chunks,
            csv_with_dictionary.read_archive,
        ),
        Format(
            "parquet",
            "Parquet with a data dictionary",
            "parquet.zip",
            "application/zip",
            parquet_with_dictionary.write_archive,
            parquet_with_dictionary.write_archive_in_chunks,
            parquet_with_dictionary.read_archive,
        ),
    )
}

EXCHANGE_FORMATS: dict[str, ExchangeFormat] = {
    form.slug: form
    for form in (
        WEBMUSHRA,
        P808_VOTES,
        P808_VOTES_PER_CLIP,
        RESEVAL,
        GOLISTEN,
        MTURK_PAPER,
    )
}
