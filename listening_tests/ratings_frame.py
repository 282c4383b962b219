"""What a study's listeners answered, and what classifiers said of its clips, as data frames.

This is the door to analysis: the columns are those of docs/data-dictionary.md.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from django.db.models import Count, QuerySet

from generation.models import Judgement
from listening_tests.methods import METHODS
from listening_tests.models import Rating, Stimulus, Study
from listening_tests.roles import TrialRole
from listening_tests.states import SessionState

_TRIAL = "presentation__trial__"
_SESSION = f"{_TRIAL}session__"
_STIMULUS = "presentation__stimulus__"

# What is read for each rating: the name it is worked on under, and where it stands.
_RATING_FIELDS = {
    "listener": f"{_SESSION}listener__pseudonym",
    "session_key": f"{_SESSION}key",
    "session_state": f"{_SESSION}state",
    "is_simulated": f"{_SESSION}listener__is_simulated",
    "block": f"{_TRIAL}block__position",
    "method": f"{_TRIAL}block__method",
    "trial_order": f"{_TRIAL}position",
    "stimulus_id": f"{_STIMULUS}pk",
    "prepared_sha256": f"{_STIMULUS}sha256",
    "file_sha256": "presentation__file_sha256",
    "clip_sha256": f"{_STIMULUS}clip__sha256",
    "clip_key": f"{_STIMULUS}clip__key",
    "system": f"{_STIMULUS}system",
    "item": f"{_STIMULUS}word",
    "talker": f"{_STIMULUS}clip__talker",
    "role": f"{_STIMULUS}role",
    "trial_role": f"{_TRIAL}role",
    "expected": f"{_STIMULUS}expected",
    "tolerance": f"{_STIMULUS}tolerance",
    "probe": f"{_TRIAL}probe",
    "exclusion": f"{_SESSION}exclusion",
    "response": "response",
    "score": "score",
    "play_count": "play_count",
    "prepared_seconds": f"{_STIMULUS}seconds",
    "clip_seconds": f"{_STIMULUS}clip__duration",
    "evidence": f"{_TRIAL}evidence",
    "first_shown_at": f"{_TRIAL}first_shown_at",
    "answered_at": "answered_at",
}

RATING_COLUMNS = (
    "study", "study_version", "listener", "session", "is_simulated", "block", "method", "trial_order", "stimulus",
    "clip_sha256", "clip_key", "played_sha256", "system", "item", "probe", "talker", "source",
    "vocoder", "role", "expected", "tolerance", "scale_min", "scale_max", "response", "score", "play_count",
    "sound_seconds", "first_shown_at", "answered_at", "response_seconds", "hidden_seconds",
    "hidden_while_playing_seconds", "is_complete_session", "exclusion",
)  # fmt: skip
JUDGEMENT_COLUMNS = (
    "clip_sha256", "clip_key", "system", "item", "classifier", "network", "part", "stage", "heard",
    "probability_of_item", "probabilities",
)  # fmt: skip
_TIMES = ("first_shown_at", "answered_at")
# Each takes some kilobytes while its row is made.
RATINGS_AT_ONCE = 10_000


def ratings_frame(study: Study, *, simulated: bool | None = None) -> pd.DataFrame:
    """Return one row for each rating, session by session in the order of the trials, in one query.

    `simulated` keeps the ratings of simulated listeners, or of real ones; None keeps both.
    """
    return _frame(study, _ratings(study, simulated))


def ratings_in_chunks(
    study: Study, *, simulated: bool | None = None, at_once: int = RATINGS_AT_ONCE
) -> Iterator[pd.DataFrame]:
    """Yield the rows of `ratings_frame` in frames of whole sessions, in the order of the sessions' pseudonyms.

    A frame has at most `at_once` rows, unless one session has more; there is at least one frame, though it be empty.
    Which sessions there are is read first: one that begins later is left out.
    """
    rows = _ratings(study, simulated)
    for sessions in _sessions_in_chunks(rows, at_once):
        yield _frame(study, rows.filter(**{f"{_SESSION}in": sessions}))


def _ratings(study: Study, simulated: bool | None) -> QuerySet[Rating]:
    rows = Rating.objects.filter(**{f"{_SESSION}study": study})
    return rows if simulated is None else rows.filter(**{f"{_SESSION}listener__is_simulated": simulated})


def _sessions_in_chunks(rows: QuerySet[Rating], at_once: int) -> Iterator[list[int]]:
    """Yield the primary keys of the sessions by pseudonym, as many together as have `at_once` ratings; once at least.

    They are ordered here because the database does not know the pseudonyms.
    """
    counted = rows.order_by().values_list(f"{_SESSION}pk", f"{_SESSION}key").annotate(Count("pk"))
    chunk: list[int] = []
    n_together = 0
    for _pseudonym, session, n_ratings in sorted((session_pseudonym(key), pk, count) for pk, key, count in counted):
        if chunk and n_together + n_ratings > at_once:
            yield chunk
            chunk, n_together = [], 0
        chunk.append(session)
        n_together += n_ratings
    yield chunk


def _frame(study: Study, rows: QuerySet[Rating]) -> pd.DataFrame:
    rows = rows.order_by(f"{_SESSION}pk", f"{_TRIAL}position", "presentation__position", "pk")
    found = rows.values_list(*_RATING_FIELDS.values())
    origins = {system["slug"]: system for system in study.protocol.get("systems", [])}
    records = [
        _rating_row(study, dict(zip(_RATING_FIELDS, values, strict=True)), origins) for values in found.iterator()
    ]
    frame = pd.DataFrame(records, columns=list(RATING_COLUMNS))
    for name in _TIMES:
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame


def judgements_frame(study: Study) -> pd.DataFrame:
    """Return one row for each judgement of each of the study's clips, in two queries."""
    stimuli = Stimulus.objects.filter(block__study=study, clip__isnull=False)
    put = {clip: (system, word) for clip, system, word in stimuli.values_list("clip_id", "system", "word")}
    judgements = Judgement.objects.filter(clip__in=stimuli.values("clip")).select_related("clip", "checkpoint")
    records = [_judgement_row(judgement, *put[judgement.clip_id]) for judgement in judgements.order_by("clip_id", "pk")]
    return pd.DataFrame(records, columns=list(JUDGEMENT_COLUMNS))


def session_pseudonym(key: str) -> str:
    """Return a name for a session that tells nothing of its key, which opens the session's pages."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _rating_row(study: Study, row: Mapping[str, Any], origins: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    scale_min, scale_max = METHODS[row["method"]].question.scale
    shown = row["first_shown_at"]
    # An anchor is a clip made worse: no system of the protocol.
    origin = origins.get(row["system"], {})
    return {
        **row,
        "study": study.slug,
        "study_version": study.version,
        "listener": str(row["listener"]),
        "session": session_pseudonym(row["session_key"]),
        "stimulus": f"{row['block']}:{row['role']}:{row['clip_key'] or row['stimulus_id']}",
        "clip_key": str(row["clip_key"] or ""),
        "clip_sha256": row["clip_sha256"] or "",
        "played_sha256": row["file_sha256"] or row["prepared_sha256"] or row["clip_sha256"] or "",
        "talker": row["talker"] or "",
        "source": origin.get("source") or "",
        "vocoder": origin.get("vocoder") or "",
        "role": row["role"] if row["trial_role"] == TrialRole.SAMPLE else row["trial_role"],
        "tolerance": row["tolerance"] if row["expected"] else None,
        "scale_min": scale_min,
        "scale_max": scale_max,
        "sound_seconds": row["clip_seconds"] if row["prepared_seconds"] is None else row["prepared_seconds"],
        "response_seconds": (row["answered_at"] - shown).total_seconds() if shown else None,
        "hidden_seconds": row["evidence"].get("hidden_seconds"),
        "hidden_while_playing_seconds": row["evidence"].get("hidden_while_playing_seconds"),
        "is_complete_session": row["session_state"] == SessionState.COMPLETED,
    }


def _judgement_row(judgement: Judgement, system: str, word: str) -> dict[str, Any]:
    return {
        "clip_sha256": judgement.clip.sha256,
        "clip_key": str(judgement.clip.key),
        "system": system,
        "item": word,
        "classifier": judgement.checkpoint.slug,
        "network": judgement.checkpoint.network,
        "part": judgement.part().value,
        "stage": judgement.stage,
        "heard": judgement.heard,
        "probability_of_item": judgement.probabilities[word],
        "probabilities": judgement.probabilities,
    }
