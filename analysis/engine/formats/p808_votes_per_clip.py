"""The P.808 toolkit's summary of clips, `*_votes_per_clip*.csv`: one line a clip, its votes in columns.

Source: github.com/microsoft/P.808, result_parser.py (read). Nothing in it says who voted.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.engine.exchange import (
    CannotBeWritten,
    ExchangeFormat,
    FileDoesNotFit,
    Found,
    Imported,
    Line,
    Scale,
    Sheet,
    SourceFile,
    as_number,
    cell,
    csv_file,
    gather,
    read_sheet,
)
from analysis.engine.p808_scales import SCALES, condition_of, method_of, question_and_vote

FILE, COUNT, SHORT, VOTE = "file_url", "n", "short_file_name", "vote_"
# What the toolkit calls a 95 % interval's half-width: as if votes were independent and many.
QUANTILE = 1.96
ROUNDING = 1e-9
SILENT = ("n_silent", "is_silent_percentage")


def read(files: Sequence[SourceFile], study: str, scale: Scale | None) -> Imported:
    """Return the votes of each clip, each by a listener of its own, since nothing tells the listeners.

    The scale is that of the column MOS, DMOS, CMOS, MOS_SIG and so on; the system is the condition, as in the table of
    all votes. Number and mean of the votes must be those that the line states. Raises FileDoesNotFit.
    """
    found: list[Found] = []
    for file in files:
        sheet = read_sheet(file)
        question = _question_of(sheet)
        derived = _derived(question)
        sheet.need([FILE, *derived, SHORT, f"{VOTE}1"])
        votes = [name for name in sheet.columns if name.startswith(VOTE)]
        keys = [name for name in sheet.columns if name not in (FILE, *derived, SHORT, *SILENT, *votes)]
        kept = [name for name in sheet.columns if name in (SHORT, *SILENT, *keys)]
        for line in sheet.lines:
            found += _votes(line, question, votes, keys, kept)
    return gather(found, study)


def _question_of(sheet: Sheet) -> str:
    asked = [name for name in sheet.columns if name in SCALES]
    if len(asked) != 1:
        raise FileDoesNotFit(f"{sheet.file}, line 1: of the columns {', '.join(SCALES)} there must be one.")
    return asked[0]


def _derived(question: str) -> tuple[str, str, str, str]:
    """Return the columns that are computed from the votes: number, mean, standard deviation, half-width."""
    suffix = question.removeprefix("MOS").lower() if question.startswith("MOS_") else ""
    return COUNT, question, f"std{suffix}", f"95%CI{suffix}"


def _votes(line: Line, question: str, votes: Sequence[str], keys: Sequence[str], kept: Sequence[str]) -> list[Found]:
    given = [name for name in votes if line.cells[name].strip()]
    scores = [line.number_within(name, SCALES[question]) for name in given]
    if line.number_within(COUNT, None) != len(scores):
        raise line.refuse(COUNT, f"is not the number of votes, which is {len(scores)}")
    stated = as_number(line.cells[question])
    if scores and (stated is None or abs(stated - statistics.mean(scores)) > ROUNDING):
        raise line.refuse(question, f"is not the mean of the votes, which is {statistics.mean(scores):g}")
    clip = line.text(FILE)
    low, high = SCALES[question]
    shared = {
        "method": method_of(question),
        "block": list(SCALES).index(question),
        "trial_order": 0,
        "stimulus": clip,
        "clip_key": clip,
        "system": condition_of([line.cells[key] for key in keys]),
        "scale_min": low,
        "scale_max": high,
    }
    beside = {name: line.cells[name] for name in kept}
    return [
        Found(line, {**shared, **_voter(clip, name), "response": line.text(name), "score": score}, beside)
        for name, score in zip(given, scores, strict=True)
    ]


def _voter(clip: str, vote: str) -> dict[str, str]:
    return {"listener": f"{vote} of {clip}", "session": f"{vote} of {clip}"}


def write(imported: Imported) -> dict[str, bytes]:
    """Return one summary for each question, computed from the ratings as the toolkit does.

    Raises CannotBeWritten if a method is none of the toolkit's.
    """
    questions: dict[str, dict[str, list[tuple[dict[str, Any], dict[str, str]]]]] = {}
    for rating, beside in imported.records():
        clips = questions.setdefault(question_and_vote(rating)[0], {})
        clips.setdefault(rating["clip_key"] or rating["stimulus"], []).append((rating, beside))
    if not questions:
        raise CannotBeWritten("There are no ratings to write.")
    kept = [str(name) for name in imported.beside.columns if name != SHORT]
    return {
        f"votes_per_clip{_derived(question)[2].removeprefix('std')}.csv": _summary(question, clips, kept)
        for question, clips in questions.items()
    }


def _summary(
    question: str, clips: Mapping[str, list[tuple[dict[str, Any], dict[str, str]]]], kept: Sequence[str]
) -> bytes:
    most = max(len(votes) for votes in clips.values())
    keys = list(kept) or ["condition"]
    columns = [FILE, *_derived(question), SHORT, *keys, *(f"{VOTE}{number + 1}" for number in range(most))]
    rows = []
    for clip, votes in clips.items():
        scores = [float(rating["score"]) for rating, _beside in votes]
        rating, beside = votes[0]
        conditions = [beside[key] for key in kept] or [rating["system"]]
        short = beside.get(SHORT, clip.rsplit("/", 1)[-1])
        empty = [""] * (most - len(scores))
        rows.append([clip, *_computed(scores), short, *conditions, *(cell(score) for score in scores), *empty])
    return csv_file(columns, rows)


def _computed(scores: Sequence[float]) -> list[str]:
    """Return number, mean, sample standard deviation and 1.96 s/√n, the last two empty for a single vote."""
    if len(scores) < 2:
        return [str(len(scores)), cell(statistics.mean(scores)), "", ""]
    deviation = statistics.stdev(scores)
    half_width = QUANTILE * deviation / math.sqrt(len(scores))
    return [str(len(scores)), cell(statistics.mean(scores)), cell(deviation), cell(half_width)]


P808_VOTES_PER_CLIP = ExchangeFormat(
    slug="p808_votes_per_clip",
    title="P.808 toolkit, votes per clip",
    source="github.com/microsoft/P.808; ITU-T P.808",
    lacks=(
        "who voted: each vote stands as a listener of its own, so intervals that ought to hold for other listeners are "
        "too narrow; import the table of all votes instead where there is one",
        "times, play counts and hidden pages: missing",
        "what is said: empty",
    ),
    read=read,
    write=write,
)
