"""GoListen's wide CSV of an ACR or a MUSHRA test: one line a listener, one column an item or a sound.

Source: github.com/QxLabIreland/listening-test, handlers/download_csv/{acr,mushra}_test_csv_download.py (read). The
first row holds the items' tags, the second the header: Name, Date, then "TITLE rating" for an item and its own text for
a question, each followed by "Time (s)" if the test was timed. A MUSHRA test has a third row with the files' names; an
item takes one column for each file there. In an ACR test all ratings of an item stand in one cell, with commas.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from analysis.engine.exchange import (
    CannotBeWritten,
    ExchangeFormat,
    FileDoesNotFit,
    Found,
    Imported,
    Line,
    Scale,
    SourceFile,
    cell,
    check_width,
    csv_file,
    gather,
    grid,
    with_methods,
)

TAGS, NAME, DATE, SUFFIX, TIME = "Tags", "Name", "Date", " rating", "Time (s)"
DATE_FORMAT = "%Y-%m-%d %H:%M:%S"
SCALES = {"acr": (1.0, 5.0), "mushra": (0.0, 100.0)}
# Kept beside a rating: its column's place from 1, header and tags, which of its sounds it is of, its time's place.
PLACE, HEADER, ITEM_TAGS, SOUND, TIME_PLACE = KEPT = ("column", "header", "tags", "sound", "time column")
Record = tuple[dict[str, Any], dict[str, str]]


@dataclass(frozen=True)
class Item:
    """An item to rate: title, tags, its columns' places, the files they are of in a MUSHRA test, its time's place."""

    title: str
    tags: str
    places: tuple[int, ...]
    files: tuple[str, ...]
    time: int | None


def read(files: Sequence[SourceFile], study: str, scale: Scale | None) -> Imported:
    """Return the ratings of one test, each listener a session; cells left empty are no ratings.

    The title is the item; the system is the tags of an ACR item (its title, if there are none) or the file's name in a
    MUSHRA test, which is told by its third row. An ACR test goes from 1 to 5 unless `scale` says otherwise. Names and
    questions are kept beside, under their columns' places. Listeners who rated nothing are left out, and so are tags
    and files that nobody rated. Raises FileDoesNotFit, for A/B tests too, whose answers are texts.
    """
    if len(files) != 1:
        raise FileDoesNotFit(f"{', '.join(file.name for file in files)}: give one GoListen test at a time.")
    (file,) = files
    rows = grid(file)
    header, files_row = _heading(file, rows)
    answers = rows[2 if files_row is None else 3 :]
    items = list(_items(header, rows[0][1], files_row, [cells for _line, cells in answers]))
    method = "acr" if files_row is None else "mushra"
    found: list[Found] = []
    for place, (number, cells) in enumerate(answers):
        check_width(file, number, cells, header)
        line = Line(file.name, number, {_named(at, name): cells[at] for at, name in enumerate(header)})
        found += _listener(line, items, header, method, scale or SCALES[method], f"listener-{place + 1}")
    return gather(found, study)


def _heading(file: SourceFile, rows: Sequence[tuple[int, list[str]]]) -> tuple[list[str], list[str] | None]:
    """Return the header and, of a MUSHRA test, the row of files' names: it has no name and no date."""
    if rows[0][1][0] != TAGS:
        raise FileDoesNotFit(f"{file.name}, line 1, column 1: the first row does not begin with {TAGS}.")
    if len(rows) < 2 or rows[1][1][:2] != [NAME, DATE]:
        raise FileDoesNotFit(f"{file.name}, line 2, column 1: the header does not begin with {NAME}, {DATE}.")
    header = rows[1][1]
    files_row = rows[2][1] if len(rows) > 2 and rows[2][1][:2] == ["", ""] else None
    check_width(file, 1, rows[0][1], header)
    if files_row is not None:
        check_width(file, rows[2][0], files_row, header)
    return header, files_row


def _items(
    header: Sequence[str], tags: Sequence[str], files: Sequence[str] | None, answers: Sequence[Sequence[str]]
) -> Iterator[Item]:
    """Yield the items that anybody rated; columns of others are kept as if they were questions."""
    at = 2
    while at < len(header):
        after = at + 1
        while files is not None and files[at] and after < len(header) and header[after] == "" and files[after]:
            after += 1
        time = after if after < len(header) and header[after] == TIME else None
        is_answered = any(cells[place].strip() for cells in answers for place in range(at, min(after, len(cells))))
        if header[at].endswith(SUFFIX) and is_answered:
            named = tuple(files[at:after]) if files is not None else ()
            yield Item(header[at].removesuffix(SUFFIX), tags[at], tuple(range(at, after)), named, time)
        at = after + (time is not None)


def _named(at: int, name: str) -> str:
    """Return a column's name with its place, counted from 1: titles may be empty, or come twice."""
    return f"{at + 1} {name}"


def _listener(
    line: Line, items: Sequence[Item], header: Sequence[str], method: str, scale: Scale, listener: str
) -> list[Found]:
    taken = {1, *(at for item in items for at in (*item.places, item.time) if at is not None)}
    beside = {
        name: line.cells[name] for name in (_named(at, header[at]) for at in range(len(header)) if at not in taken)
    }
    shared = {
        "method": method,
        "listener": listener,
        "session": listener,
        "answered_at": _moment(line),
        "scale_min": scale[0],
        "scale_max": scale[1],
    }
    found = []
    for order, item in enumerate(items):
        seconds = _seconds(line, item)
        for at, sound, text in _answers(line, item, header):
            rating = {**shared, "trial_order": order, **_sound(item, sound), "response_seconds": seconds}
            place = {
                PLACE: str(at + 1),
                HEADER: header[at],
                SOUND: "0" if item.files else str(sound),
                TIME_PLACE: "" if item.time is None else str(item.time + 1),
                ITEM_TAGS: item.tags if at == item.places[0] else "",
            }
            answer = _score(line, _named(at, header[at]), text, scale)
            found.append(Found(line, {**rating, **answer}, {**beside, **place}))
    return found


def _answers(line: Line, item: Item, header: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return place, number and text of each rating of an item; sounds that were not rated have none."""
    if item.files:
        cells = [(at, sound, line.cells[_named(at, header[at])]) for sound, at in enumerate(item.places)]
    else:
        (at,) = item.places
        cells = [(at, sound, text) for sound, text in enumerate(line.cells[_named(at, header[at])].split(","))]
    return [(at, sound, text.strip()) for at, sound, text in cells if text.strip()]


def _sound(item: Item, sound: int) -> dict[str, str]:
    name = f"{item.title}:{item.files[sound] if item.files else item.tags}:{item.places[0] + 1}.{sound + 1}"
    system = item.files[sound] if item.files else item.tags or item.title
    return {"stimulus": name, "clip_key": name, "system": system or "untitled", "item": item.title}


def _score(line: Line, column: str, text: str, scale: Scale) -> dict[str, Any]:
    one = Line(line.file, line.number, {column: text})
    return {"response": text, "score": one.number_within(column, scale)}


def _seconds(line: Line, item: Item) -> float:
    """Return how long an item took; GoListen writes 0 where it does not know."""
    if item.time is None:
        return float("nan")
    seconds = line.number_within(_named(item.time, TIME), (0.0, float("inf")))
    return seconds or float("nan")


def _moment(line: Line) -> Any:
    text = line.cells[_named(1, DATE)]
    try:
        return pd.Timestamp(datetime.strptime(text, DATE_FORMAT), tz="UTC") if text else pd.NaT
    except ValueError as error:
        raise line.refuse(_named(1, DATE), "is no date like 2026-01-31 09:30:00") from error


def write(imported: Imported) -> dict[str, bytes]:
    """Return the wide CSV of one ACR or MUSHRA test, with its columns where they were read.

    Ratings of our own get an item for each stimulus, tagged with its system, or in a MUSHRA test one for each word, and
    times. Raises CannotBeWritten if there are several methods, or if somebody rated a sound twice.
    """
    records = with_methods(imported, SCALES, "GoListen")
    methods = sorted({rating["method"] for rating, _beside in records})
    if len(methods) > 1:
        raise CannotBeWritten(f"A GoListen test has one method, and the ratings have {', '.join(methods)}.")
    is_mushra = methods == ["mushra"]
    placed = records if len(imported.beside.columns) else _placed(records, is_mushra)
    columns = _columns(placed)
    width, sounds = max(columns), _sounds(placed)
    times = [place for place, column in columns.items() if column[1] == TIME]
    tags, *heading = [[columns.get(place, ("", "", ""))[row] for place in range(1, width + 1)] for row in range(3)]
    answers = [_row(own, width, sounds, times) for own in _by_session(placed)]
    return {"golisten.csv": csv_file(tags, [*heading[: 2 if is_mushra else 1], *answers])}


def _placed(records: Sequence[Record], is_mushra: bool) -> list[Record]:
    """Return ratings of our own with a place for each: the stimuli of an item side by side, then its time."""
    items: dict[tuple[str, ...], set[str]] = {}
    for rating, _beside in records:
        key = (rating["item"],) if is_mushra else (rating["item"], rating["stimulus"])
        items.setdefault(key, set()).add(rating["stimulus"])
    places, at = {}, 3
    for _key, stimuli in sorted(items.items()):
        places.update({stimulus: (at + n, at + len(stimuli), n == 0) for n, stimulus in enumerate(sorted(stimuli))})
        at += len(stimuli) + 1
    return [(rating, _place(rating, *places[rating["stimulus"]], is_mushra)) for rating, _beside in records]


def _place(rating: Mapping[str, Any], place: int, time: int, is_first: bool, is_mushra: bool) -> dict[str, str]:
    return {
        PLACE: str(place),
        HEADER: f"{rating['item']}{SUFFIX}" if is_first else "",
        SOUND: "0",
        TIME_PLACE: str(time),
        ITEM_TAGS: "" if is_mushra else rating["system"].replace(",", "|"),
        _named(0, NAME): rating["listener"],
    }


def _columns(records: Iterable[Record]) -> dict[int, tuple[str, str, str]]:
    """Return each column's tags, header and file by its place."""
    columns = {2: ("", DATE, "")}
    for rating, beside in records:
        columns[int(beside[PLACE])] = (beside[ITEM_TAGS], beside[HEADER], rating["system"])
        if beside[TIME_PLACE]:
            columns[int(beside[TIME_PLACE])] = ("", TIME, "")
        for other, header, _text in _others(beside):
            columns[other] = ("", header, "")
    columns[1] = (TAGS, NAME, "")
    return columns


def _others(beside: Mapping[str, str]) -> list[tuple[int, str, str]]:
    """Return place, header and text of the name and of each question that stand beside a rating."""
    named = [(*name.partition(" "), text) for name, text in beside.items() if name not in KEPT]
    return [(int(place), header, text) for place, _space, header, text in named]


def _by_session(records: Iterable[Record]) -> list[list[Record]]:
    sessions: dict[str, list[Record]] = {}
    for rating, beside in records:
        sessions.setdefault(rating["session"], []).append((rating, beside))
    return list(sessions.values())


def _sounds(records: Iterable[Record]) -> dict[int, int]:
    """Return how many sounds stand in each column of ratings."""
    sounds: dict[int, int] = {}
    for _rating, beside in records:
        place = int(beside[PLACE])
        sounds[place] = max(sounds.get(place, 0), int(beside[SOUND]) + 1)
    return sounds


def _row(records: Sequence[Record], width: int, sounds: Mapping[int, int], times: Iterable[int]) -> list[str]:
    """Return what one listener answered; as GoListen does, 0 where a time is not known."""
    cells = [""] * width
    for place in times:
        cells[place - 1] = "0"
    given: dict[int, list[str]] = {place: [""] * number for place, number in sounds.items()}
    for rating, beside in records:
        place, sound = int(beside[PLACE]), int(beside[SOUND])
        if given[place][sound]:
            raise CannotBeWritten(f"The session {rating['session']} rated {rating['stimulus']} twice.")
        given[place][sound] = cell(rating["score"])
        if beside[TIME_PLACE]:
            cells[int(beside[TIME_PLACE]) - 1] = cell(rating["response_seconds"]) or "0"
        for other, _header, text in _others(beside):
            cells[other - 1] = text
    for place, texts in given.items():
        cells[place - 1] = ",".join(texts) if any(texts) else ""
    moments = [rating["answered_at"] for rating, _beside in records if rating["answered_at"] is not pd.NaT]
    cells[1] = max(moments).strftime(DATE_FORMAT) if moments else ""
    return cells


GOLISTEN = ExchangeFormat(
    slug="golisten",
    title="GoListen wide CSV (ACR and MUSHRA)",
    source="github.com/QxLabIreland/listening-test",
    lacks=(
        "which sound of a MUSHRA test is the reference or an anchor: every file is a sample",
        "who is who: each line is a listener",
        "the order in which items were heard: the order of the columns",
        "play counts and hidden pages: missing",
    ),
    read=read,
    write=write,
)
