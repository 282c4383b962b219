"""The result files of webMUSHRA: mushra.csv, paired_comparison.csv, lss.csv and lms.csv.

Source: github.com/audiolabs/webMUSHRA, service/write.php (read). The first column is session_test_id, then comes one
column for each question of the study's questionnaire, then the file's own columns. The header is written when the file
is made, so a questionnaire that was changed later no longer fits it. Only mushra.csv tells participants apart, and only
since it has session_uuid: elsewhere they are blocks of lines.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
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
    cell,
    csv_file,
    gather,
    read_sheet,
)

TEST, SESSION = "session_test_id", "session_uuid"
RATING = "stimuli_rating"
# The columns after the questionnaire's. In lss.csv stimuli_rating may be stimuli_rating1, stimuli_rating2 and so on.
COLUMNS = {
    "mushra": (SESSION, "trial_id", "rating_stimulus", "rating_score", "rating_time", "rating_comment"),
    "paired_comparison": (
        "trial_id", "choice_reference", "choice_non_reference", "choice_answer", "choice_time", "choice_comment",
    ),
    "lss": ("trial_id", RATING, "stimuli", "rating_time"),
    "lms": ("trial_id", RATING, "stimuli", "rating_time"),
}  # fmt: skip
STIMULUS = {
    "mushra": "rating_stimulus",
    "paired_comparison": "choice_non_reference",
    "lss": "stimuli",
    "lms": "stimuli",
}
ANSWERS = {"correct": 1.0, "incorrect": 0.0, "undecided": 0.0, "unknown": 0.0}
ROLES = {"reference": "hidden_reference", "anchor35": "anchor", "anchor70": "anchor"}
SLIDER, RIGHT_OR_WRONG = (0.0, 100.0), (0.0, 1.0)
KINDS = {"mushra": "mushra", "abx": "paired_comparison", "acr": "lss", "likert": "lss"}
# Kept beside a rating: which file it is from, and which of several questions it answers.
FILE, QUESTION = "webmushra_file", "webmushra_question"


def read(files: Sequence[SourceFile], study: str, scale: Scale | None) -> Imported:
    """Return the answers of result files, which must have the names that webMUSHRA gave them.

    The trial is the item, the stimulus the system; a stimulus called reference is the hidden reference, anchor35 and
    anchor70 are anchors. Without session_uuid a session goes on as long as the questionnaire's answers stay the same
    and no stimulus of a trial comes again. A paired comparison is scored 1 if it was right, else 0. Likert answers get
    a score only if `scale` gives the ends of their scale. Questionnaire and comments are kept beside. The study's name
    is the file's own. Raises FileDoesNotFit.
    """
    found: list[Found] = []
    for file in files:
        kind = _kind_of(file.name)
        sheet = read_sheet(file)
        own = _own_columns(sheet, kind)
        questionnaire = [name for name in sheet.columns if name not in (TEST, *own)]
        for line, session, trial in _in_sessions(sheet, kind, questionnaire):
            found += _answers(line, kind, own, questionnaire, session, trial, scale)
    return gather(found, study)


def _kind_of(name: str) -> str:
    kind = PurePath(name).stem
    if kind not in COLUMNS:
        names = ", ".join(f"{known}.csv" for known in COLUMNS)
        raise FileDoesNotFit(f"{name}: webMUSHRA's result files that can be read are {names}, told by their names.")
    return kind


def _own_columns(sheet: Sheet, kind: str) -> list[str]:
    """Return the columns that are the file's own and not the questionnaire's. Raises FileDoesNotFit."""
    sheet.need([TEST])
    numbered = [name for name in sheet.columns if name.startswith(RATING) and name[len(RATING) :].isdecimal()]
    wanted = [
        name
        for column in COLUMNS[kind]
        for name in (numbered if column == RATING and kind == "lss" and numbered else [column])
    ]
    own = [name for name in wanted if name != SESSION or name in sheet.columns]
    sheet.need(own)
    if sheet.columns[-len(own) :] != own or sheet.columns[0] != TEST:
        raise FileDoesNotFit(
            f"{sheet.file}, line 1, column {sheet.columns[-len(own)]}: the last columns are not {', '.join(own)}."
        )
    return own


def _in_sessions(sheet: Sheet, kind: str, questionnaire: Iterable[str]) -> Iterator[tuple[Line, str, int]]:
    """Yield each line with its session and the place of its trial there."""
    who: tuple[str, ...] = ()
    seen: set[tuple[str, str]] = set()
    trials: dict[str, list[str]] = {}
    number = 0
    for line in sheet.lines:
        answered = (line.cells[TEST], *(line.cells[name] for name in questionnaire), line.cells.get(SESSION, ""))
        heard = (line.cells["trial_id"], line.cells[STIMULUS[kind]])
        if answered != who or (heard in seen and SESSION not in line.cells):
            who, seen, number = answered, set(), number + 1
        seen.add(heard)
        session = line.text(SESSION) if SESSION in line.cells else f"{kind}-{number}"
        told = trials.setdefault(session, [])
        if heard[0] not in told:
            told.append(heard[0])
        yield line, session, told.index(heard[0])


def _answers(
    line: Line, kind: str, own: Sequence[str], questionnaire: Sequence[str], session: str, trial: int,
    scale: Scale | None,
) -> list[Found]:  # fmt: skip
    """Return a rating for each answer of a line: one, or as many as it has columns of ratings."""
    item, stimulus = line.text("trial_id"), line.text(STIMULUS[kind])
    time = "choice_time" if kind == "paired_comparison" else "rating_time"
    shared = {
        "study": line.text(TEST),
        "listener": session,
        "session": session,
        "trial_order": trial,
        "stimulus": f"{item}:{stimulus}",
        "clip_key": f"{item}:{stimulus}",
        "system": stimulus,
        "item": item,
        "response_seconds": line.number_within(time, (0.0, float("inf"))) / 1000,
    }
    beside = {name: line.cells[name] for name in questionnaire}
    beside |= {name: line.cells[name] for name in own if name.endswith("_comment") or name == "choice_reference"}
    columns = [name for name in own if name.startswith(RATING)] or [
        "choice_answer" if kind == "paired_comparison" else "rating_score"
    ]
    return [
        Found(
            line,
            {**shared, "block": list(COLUMNS).index(kind) + len(COLUMNS) * place, **_answer(line, kind, column, scale)},
            {**beside, FILE: kind, QUESTION: column.removeprefix(RATING) if kind == "lss" else ""},
        )
        for place, column in enumerate(columns)
    ]


def _answer(line: Line, kind: str, column: str, scale: Scale | None) -> dict[str, Any]:
    """Return what one cell answers: method, response, score and the ends of its scale."""
    if kind == "mushra":
        role = ROLES.get(line.cells[STIMULUS[kind]], "sample")
        return {"method": "mushra", "role": role, **_scored(line, column, SLIDER)}
    if kind == "paired_comparison":
        answer = line.chosen(column, ANSWERS)
        low, high = RIGHT_OR_WRONG
        return {"method": "abx", "response": answer, "score": ANSWERS[answer], "scale_min": low, "scale_max": high}
    if scale is None:
        return {"method": "likert", "response": line.text(column)}
    return {"method": "acr", **_scored(line, column, scale)}


def _scored(line: Line, column: str, scale: Scale) -> dict[str, Any]:
    score = line.number_within(column, scale)
    return {"response": line.text(column), "score": score, "scale_min": scale[0], "scale_max": scale[1]}


def write(imported: Imported) -> dict[str, bytes]:
    """Return a result file for each sort of answers, with the documented columns and the questionnaire's.

    A mushra.csv always has session_uuid. Raises CannotBeWritten if there are other methods.
    """
    kinds: dict[str, list[tuple[dict[str, Any], dict[str, str]]]] = {}
    for rating, beside in imported.records():
        kind = beside.get(FILE) or KINDS.get(rating["method"])
        if kind is None:
            raise CannotBeWritten(f"webMUSHRA has no answers of the method {rating['method']}: leave them out.")
        kinds.setdefault(kind, []).append((rating, beside))
    if not kinds:
        raise CannotBeWritten("There are no ratings to write.")
    known = {FILE, QUESTION, "choice_reference", "choice_comment", "rating_comment"}
    questionnaire = [str(name) for name in imported.beside.columns if name not in known]
    return {f"{kind}.csv": _file(kind, records, questionnaire) for kind, records in kinds.items()}


def _file(kind: str, records: Sequence[tuple[dict[str, Any], dict[str, str]]], questionnaire: Sequence[str]) -> bytes:
    questions = list(dict.fromkeys(beside.get(QUESTION, "") for _rating, beside in records))
    ratings = [f"{RATING}{question}" for question in questions]
    lines: dict[tuple[Any, ...], dict[str, str]] = {}
    for rating, beside in records:
        key = (rating["session"], rating["trial_order"], rating["stimulus"])
        line = lines.setdefault(key, {TEST: rating["study"], **beside, **_cells(kind, rating)})
        response = f" {rating['response']} " if kind == "lms" else rating["response"]
        line[f"{RATING}{beside.get(QUESTION, '')}"] = response
    own = [name for column in COLUMNS[kind] for name in (ratings if column == RATING else [column])]
    columns = [TEST, *questionnaire, *own]
    return csv_file(columns, [[line.get(name, "") for name in columns] for line in lines.values()])


def _cells(kind: str, rating: dict[str, Any]) -> dict[str, str]:
    milliseconds = cell(round(rating["response_seconds"] * 1000, 6))
    return {
        SESSION: rating["session"],
        "trial_id": rating["item"] or rating["stimulus"],
        STIMULUS[kind]: "reference" if rating["role"] == "hidden_reference" else rating["system"],
        "rating_score": cell(rating["score"]),
        "choice_answer": _choice(rating),
        "rating_time": milliseconds,
        "choice_time": milliseconds,
    }


def _choice(rating: dict[str, Any]) -> str:
    if rating["response"] in ANSWERS:
        return str(rating["response"])
    return "correct" if rating["score"] == 1 else "incorrect"


WEBMUSHRA = ExchangeFormat(
    slug="webmushra",
    title="webMUSHRA result files",
    source="github.com/audiolabs/webMUSHRA",
    lacks=(
        "who is who outside mushra.csv with session_uuid: two participants with the same questionnaire answers, and no "
        "trial in common, count as one",
        "a listener's other sessions: each session is a listener",
        "the ends of Likert scales: give them with --scale LOW HIGH, or there are no scores",
        "the time of day, play counts and hidden pages: missing",
    ),
    read=read,
    write=write,
)
