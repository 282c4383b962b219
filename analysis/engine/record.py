"""A study as an analysis takes it: facts, protocol and the two frames, and nothing else."""

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from typing import Any

import pandas as pd

from analysis.engine.columns import RatingsFrameIsWrong
from analysis.engine.ratings import JUDGEMENT_IDENTITY, RATING_IDENTITY, check_judgements, check_ratings

DEFAULT_CONFIDENCE = 0.95


@dataclass(frozen=True)
class StudyFacts:
    """What a reader must know beside the numbers."""

    study: str
    title: str
    version: int
    protocol_sha256: str
    seed: int
    listeners: str
    corpus: str
    is_synthetic_speech: bool
    licence: str = ""
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def statements(self) -> list[str]:
        """What has to be said wherever a number of this study is shown."""
        statements = []
        if self.listeners == "simulated":
            statements.append("Simulated listeners: a program gave these answers. They say nothing about people.")
        if self.is_synthetic_speech:
            statements.append(
                f"Synthetic speech: the networks learned from recordings that a synthesiser spoke ({self.corpus}), "
                "not people."
            )
        return statements


@dataclass(frozen=True)
class StudyRecord:
    """Everything that the numbers of a study are computed from. Make one with `study_record`."""

    facts: StudyFacts
    protocol: dict[str, Any]
    ratings: pd.DataFrame
    judgements: pd.DataFrame

    @property
    def confidence(self) -> float:
        """The level of every interval, as the protocol declared it."""
        return float(self._plan.get("confidence") or DEFAULT_CONFIDENCE)

    @property
    def declared_statistics(self) -> list[str]:
        """The statistics the protocol declared; empty if it declared none."""
        return list(self._plan.get("statistics") or [])

    @property
    def _plan(self) -> dict[str, Any]:
        return dict(self.protocol.get("analysis") or {})

    @property
    def system_titles(self) -> dict[str, str]:
        """Each system's title on pages, by its slug, in the protocol's order; no two are the same."""
        titles = {system["slug"]: system["title"] for system in self.protocol.get("systems", [])}
        shared = [title for title in titles.values() if list(titles.values()).count(title) > 1]
        return {slug: f"{title} ({slug})" if title in shared else title for slug, title in titles.items()}

    @cached_property
    def digest(self) -> str:
        """A SHA-256 that changes whenever a number computed from this record may."""
        told = json.dumps([vars(self.facts), self.protocol], sort_keys=True).encode()
        judged = self.judgements.assign(probabilities=self.judgements["probabilities"].map(json.dumps))
        frames = [pd.util.hash_pandas_object(frame).to_numpy().tobytes() for frame in (self.ratings, judged)]
        return hashlib.sha256(b"\0".join([told, *frames])).hexdigest()


@dataclass(frozen=True)
class RecordInChunks:
    """A record whose ratings come frame by frame, each once. Make one with `in_chunks` or `in_one_chunk`.

    Every frame holds whole sessions, and frames and rows come in the order of a StudyRecord's ratings.
    """

    facts: StudyFacts
    protocol: dict[str, Any]
    ratings: Iterable[pd.DataFrame]
    judgements: pd.DataFrame


def study_record(
    facts: StudyFacts, protocol: dict[str, Any], ratings: pd.DataFrame, judgements: pd.DataFrame
) -> StudyRecord:
    """Return a record with both frames checked and in one order, whatever order they came in.

    Raises RatingsFrameIsWrong.
    """
    return StudyRecord(
        facts=facts,
        protocol=protocol,
        ratings=_in_order(ratings, protocol),
        judgements=_judgements_in_order(judgements),
    )


def in_one_chunk(record: StudyRecord) -> RecordInChunks:
    """Return a whole record as one whose ratings come in a single frame."""
    return RecordInChunks(record.facts, record.protocol, [record.ratings], record.judgements)


def in_chunks(
    facts: StudyFacts, protocol: dict[str, Any], ratings: Iterable[pd.DataFrame], judgements: pd.DataFrame
) -> RecordInChunks:
    """Return a record of frames of whole sessions, session after session; each frame is checked as it comes.

    Frames of whole sessions suffice: a row can repeat only a row of its own session. Raises RatingsFrameIsWrong, for
    ratings once their frame is reached.
    """
    return RecordInChunks(facts, protocol, _frames_in_order(ratings, protocol), _judgements_in_order(judgements))


def _frames_in_order(frames: Iterable[pd.DataFrame], protocol: dict[str, Any]) -> Iterator[pd.DataFrame]:
    n_before, last = 0, ""
    for frame in frames:
        try:
            chunk = _in_order(frame, protocol)
        except RatingsFrameIsWrong as error:
            raise RatingsFrameIsWrong(f"{error} Rows are counted from rating {n_before + 1} on.") from error
        if len(chunk):
            first, n_before = str(chunk["session"].iloc[0]), n_before + len(chunk)
            if first <= last:
                raise RatingsFrameIsWrong(f"ratings: session {first!r} follows {last!r}: give whole sessions in order.")
            last = str(chunk["session"].iloc[-1])
        yield chunk


def _in_order(ratings: pd.DataFrame, protocol: dict[str, Any]) -> pd.DataFrame:
    return check_ratings(_with_origins(ratings, protocol)).sort_values(list(RATING_IDENTITY), ignore_index=True)


def _judgements_in_order(judgements: pd.DataFrame) -> pd.DataFrame:
    return check_judgements(judgements).sort_values(list(JUDGEMENT_IDENTITY), ignore_index=True)


# How a system makes its clips, as protocols and ratings call it.
ORIGIN = ("source", "vocoder")


def _with_origins(ratings: pd.DataFrame, protocol: dict[str, Any]) -> pd.DataFrame:
    """Return the ratings with what the protocol says of each system's making, where they lack it.

    Archives from before these columns do.
    """
    if set(ORIGIN) <= set(ratings.columns):
        return ratings
    systems = {system["slug"]: system for system in protocol.get("systems", [])}
    made = {name: {slug: system.get(name) or "" for slug, system in systems.items()} for name in ORIGIN}
    return ratings.assign(**{name: [made[name].get(slug, "") for slug in ratings["system"]] for name in ORIGIN})


def library_versions() -> dict[str, str]:
    """Return the versions of what computes the numbers."""
    libraries = {name: version(name) for name in ("numpy", "pandas", "scipy", "statsmodels")}
    return {"python": platform.python_version(), **libraries}
