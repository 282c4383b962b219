"""The batch results of Mechanical Turk, as the paper's study of clarity has them: one line an answer, scored 4 to 0.

Source: Soomro et al. 2019 (arXiv:1907.03164) and the study's own page and script; Mechanical Turk's batch results.
The word stood in the question, so this is no identification. Natural recordings have "original" in their address.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pandas as pd

from analysis.engine.exchange import (
    CannotBeWritten,
    ExchangeFormat,
    Found,
    Imported,
    Line,
    Scale,
    SourceFile,
    cell,
    csv_file,
    gather,
    read_sheet,
    with_methods,
)

WORKER, EXPERIMENT, WORD = "WorkerId", "Input.experiment", "Input.class_label"
CLIP, LABEL = "Input.audio_url", "Answer.audio-naturalness.label"
NEEDED = (WORKER, EXPERIMENT, WORD, CLIP, LABEL)
ASSIGNMENT, STATUS, ACCEPTED, SUBMITTED = "AssignmentId", "AssignmentStatus", "AcceptTime", "SubmitTime"
SECONDS = "WorkTimeInSeconds"
DOCUMENTED = (
    "HITId", "HITTypeId", "Title", "Description", "Reward", ASSIGNMENT, WORKER, STATUS, ACCEPTED, SUBMITTED, SECONDS,
    EXPERIMENT, WORD, CLIP, LABEL,
)  # fmt: skip
SYSTEMS = {"1": "classifier-noise", "2": "classifier-class", "3": "decoder-noise", "4": "decoder-class"}
NATURAL = "natural"
SCORES = {
    "Excellent - Completely clear speech": 4.0,
    "Good - Mostly clear speech": 3.0,
    "Fair - Equally clear and unclear speech": 2.0,
    "Poor - Mostly unclear speech": 1.0,
    "Bad - Completely unclear speech": 0.0,
}
SCALE = (0.0, 4.0)
REJECTED = "Rejected"
ZONES = {"PST": -8, "PDT": -7, "UTC": 0, "GMT": 0}
TIME = "%a %b %d %H:%M:%S %Y"


def read(files: Sequence[SourceFile], study: str, scale: Scale | None) -> Imported:
    """Return the answers of batch results, on their own scale of 0 to 4.

    The experiment is the system, the word asked about is item and probe, the address of the sound its clip, the worker
    the listener, the assignment the session. Assignments that were rejected are excluded. Everything is kept beside.
    Raises FileDoesNotFit.
    """
    found = []
    for file in files:
        sheet = read_sheet(file)
        sheet.need(NEEDED)
        found += [_found(line, place) for place, line in enumerate(sheet.lines)]
    return gather(found, study)


def _found(line: Line, place: int) -> Found:
    label = line.chosen(LABEL, SCORES)
    experiment = line.chosen(EXPERIMENT, SYSTEMS)
    clip, word, worker = (line.text(name) for name in (CLIP, WORD, WORKER))
    rating = {
        "method": "acr_clarity",
        "listener": worker,
        "session": line.cells.get(ASSIGNMENT, "") or f"{worker}, line {line.number}",
        "trial_order": place,
        "stimulus": f"{experiment}:{clip}",
        "clip_key": clip,
        "system": NATURAL if "original" in clip else SYSTEMS[experiment],
        "item": word,
        "probe": word,
        "scale_min": SCALE[0],
        "scale_max": SCALE[1],
        "response": label,
        "score": SCORES[label],
        "first_shown_at": _time(line, ACCEPTED),
        "answered_at": _time(line, SUBMITTED),
        "response_seconds": line.number_within(SECONDS, None) if line.cells.get(SECONDS) else math.nan,
        "exclusion": "rejected" if line.cells.get(STATUS) == REJECTED else "",
    }
    return Found(line, rating, dict(line.cells))


def _time(line: Line, column: str) -> Any:
    """Return a time as Mechanical Turk writes it, "Sat Mar 02 11:22:33 PST 2019", or NaT where there is none."""
    text = line.cells.get(column, "")
    if not text:
        return pd.NaT
    *day_and_clock, zone, year = ["", "", *text.split()]
    if zone not in ZONES:
        raise line.refuse(column, f"has none of the time zones {', '.join(ZONES)}")
    try:
        local = datetime.strptime(" ".join([*day_and_clock, year]).strip(), TIME)
    except ValueError as error:
        raise line.refuse(column, "is no time as Mechanical Turk writes it") from error
    return pd.Timestamp(local.replace(tzinfo=timezone(timedelta(hours=ZONES[zone]))).astimezone(UTC))


def write(imported: Imported) -> dict[str, bytes]:
    """Return batch results: what was read, as it was read, or for ratings of our own the documented columns.

    Recordings get an address that begins with original/. Raises CannotBeWritten unless every rating is one of clarity
    on five steps, of one of the paper's systems.
    """
    records = with_methods(imported, ("acr_clarity",), "A batch of the paper's layout")
    columns = [str(name) for name in imported.beside.columns] or list(DOCUMENTED)
    rows = [_cells(rating, beside) for rating, beside in records]
    return {"batch_results.csv": csv_file(columns, [[row.get(name, "") for name in columns] for row in rows])}


def _cells(rating: dict[str, Any], beside: dict[str, str]) -> dict[str, str]:
    if beside:
        return beside
    return {
        ASSIGNMENT: f"{rating['session']}-{rating['trial_order']}",
        WORKER: rating["listener"],
        STATUS: REJECTED if rating["exclusion"] else "Approved",
        ACCEPTED: _written_time(rating["first_shown_at"]),
        SUBMITTED: _written_time(rating["answered_at"]),
        SECONDS: cell(rating["response_seconds"]),
        EXPERIMENT: _experiment(rating["system"]),
        WORD: rating["item"],
        CLIP: f"{'original/' if rating['system'] == NATURAL else ''}{rating['clip_key'] or rating['stimulus']}",
        LABEL: _label(rating),
    }


def _experiment(system: str) -> str:
    # Recordings belong to no experiment: their address tells them. Not 1, whose good ratings the paper punishes.
    numbers = {name: number for number, name in SYSTEMS.items()} | {NATURAL: "2"}
    if system not in numbers:
        raise CannotBeWritten(
            f"The paper's layout has the systems {', '.join(numbers)}; the ratings have {system!r}: leave it out."
        )
    return numbers[system]


def _label(rating: dict[str, Any]) -> str:
    """Return the label that is as far up the paper's scale as the score is up its own."""
    span = rating["scale_max"] - rating["scale_min"]
    score = (rating["score"] - rating["scale_min"]) * 4 / span if span else math.nan
    labels = {number: label for label, number in SCORES.items()}
    if score not in labels:
        raise CannotBeWritten(f"The score {rating['score']} is none of the five steps of the paper's scale.")
    return labels[score]


def _written_time(moment: Any) -> str:
    return "" if moment is pd.NaT else str(moment.strftime("%a %b %d %H:%M:%S UTC %Y"))


MTURK_PAPER = ExchangeFormat(
    slug="mturk_paper",
    title="Mechanical Turk batch results in the paper's layout",
    source="Soomro et al. 2019 (arXiv:1907.03164)",
    lacks=(
        "play counts and hidden pages: missing",
        "the sounds' hashes: empty; the address stands for the clip",
        "the order of a worker's answers: the order of the lines",
    ),
    read=read,
    write=write,
)
