"""The P.808 toolkit's tidy table of votes, `*_all_votes_per_clip.csv`: one line a vote that it accepted.

Source: github.com/microsoft/P.808, result_parser.py (read); Naderi and Cutler 2020.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

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
)
from analysis.engine.p808_scales import SCALES, condition_of, method_of, question_and_vote

TIDY = (
    "HITId", "workerid", "assignment_id", "assignmentstatus", "file", "short_file_name", "vote", "question_type",
)  # fmt: skip
REJECTED = "Rejected"


def read(files: Sequence[SourceFile], study: str, scale: Scale | None) -> Imported:
    """Return the votes: each question (MOS, MOS_SIG, ...) a block, each assignment a session, each file a clip.

    The system is the condition: the values of the columns that the study's file names were taken apart into. What the
    frame has no place for (HITId, assignmentstatus, those columns) is kept beside. Raises FileDoesNotFit.
    """
    found: list[Found] = []
    orders: Counter[tuple[str, str]] = Counter()
    for file in files:
        sheet = read_sheet(file)
        sheet.need(TIDY)
        keys = [name for name in sheet.columns if name not in TIDY]
        for line in sheet.lines:
            found.append(_found(line, keys, orders))
    return gather(found, study)


def _found(line: Line, keys: Sequence[str], orders: "Counter[tuple[str, str]]") -> Found:
    question = line.chosen("question_type", SCALES)
    low, high = SCALES[question]
    session, clip = line.text("assignment_id"), line.text("file")
    rating = {
        "method": method_of(question),
        "listener": line.text("workerid"),
        "session": session,
        "block": list(SCALES).index(question),
        "trial_order": orders[session, question],
        "stimulus": clip,
        "clip_key": clip,
        "system": condition_of([line.cells[key] for key in keys]),
        "scale_min": low,
        "scale_max": high,
        "response": line.text("vote"),
        "score": line.number_within("vote", (low, high)),
        "exclusion": "rejected" if line.cells["assignmentstatus"] == REJECTED else "",
    }
    orders[session, question] += 1
    kept = ("HITId", "assignmentstatus", "short_file_name", *keys)
    return Found(line, rating, {name: line.cells[name] for name in kept})


def write(imported: Imported) -> dict[str, bytes]:
    """Return the table of votes: its documented columns, then the condition's. Raises CannotBeWritten."""
    own = [str(name) for name in imported.beside.columns if name not in TIDY]
    keys = own or ["condition"]
    rows = [_cells(rating, beside, own) for rating, beside in imported.records()]
    if not rows:
        raise CannotBeWritten("There are no ratings to write.")
    return {"all_votes_per_clip.csv": csv_file([*TIDY, *keys], rows)}


def _cells(rating: dict[str, Any], beside: dict[str, str], keys: Sequence[str]) -> list[Any]:
    question, vote = question_and_vote(rating)
    clip = rating["clip_key"] or rating["stimulus"]
    status = REJECTED if rating["exclusion"] else "Approved"
    return [
        beside.get("HITId", ""),
        rating["listener"],
        rating["session"],
        beside.get("assignmentstatus", status),
        clip,
        beside.get("short_file_name", clip.rsplit("/", 1)[-1]),
        cell(vote),
        question,
        *([beside[key] for key in keys] or [rating["system"]]),
    ]


P808_VOTES = ExchangeFormat(
    slug="p808_votes",
    title="P.808 toolkit, all votes per clip",
    source="github.com/microsoft/P.808; ITU-T P.808",
    lacks=(
        "gold and trapping clips: the toolkit left them out of this file",
        "times, play counts and hidden pages: missing",
        "what is said: empty",
        "the order of the clips in a session: the order of the lines",
    ),
    read=read,
    write=write,
)
