"""The tables of results as a page shows them: every cell a text, every column a heading."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

NOTHING = "–"
# A page is no place for more; the CSV has them all.
ROWS_SHOWN = 60


@dataclass(frozen=True)
class Cell:
    text: str
    is_number: bool


@dataclass(frozen=True)
class ShownTable:
    """A table for a page. The first `n_heads` cells of each row head the row."""

    caption: str
    head: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    n_heads: int = 1
    notes: Sequence[str] = ()


Row = Mapping[str, Any]
Show = Callable[[Row], str]


@dataclass(frozen=True)
class Shown:
    """A column of a shown table: its heading, and how a row's cell is written."""

    title: str
    show: Show
    is_number: bool = True


def shown_table(caption: str, table: "pd.DataFrame", columns: Sequence[Shown], n_heads: int = 1) -> ShownTable:
    """Write out a table; what a row has to say of itself stands below it."""
    rows: list[Row] = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    return ShownTable(
        caption=caption,
        head=[Cell(column.title, column.is_number) for column in columns],
        rows=[[Cell(column.show(row), column.is_number) for column in columns] for row in rows],
        n_heads=n_heads,
        notes=_notes(rows, columns[:n_heads]),
    )


def _notes(rows: Sequence[Row], heads: Sequence[Shown]) -> tuple[str, ...]:
    """Return each note with the rows that have it, or by itself if all have it."""
    by_note: dict[str, list[str]] = {}
    for row in rows:
        if row.get("note"):
            by_note.setdefault(str(row["note"]), []).append(", ".join(head.show(row) for head in heads))
    return tuple(
        f"{note}." if len(named) == len(rows) else f"{'; '.join(named)}: {note}." for note, named in by_note.items()
    )


def score_table(table: "pd.DataFrame", first: Shown, level: str, caption: str) -> ShownTable:
    """Write out mean opinion scores with both intervals and what they rest on."""
    columns = [
        first,
        Shown("MOS", lambda row: score(row["estimate"])),
        Shown(f"{level} interval", lambda row: span(row["low"], row["high"], score)),
        Shown("What others report", lambda row: span(row["independent_low"], row["independent_high"], score)),
        *COUNTS,
    ]
    return shown_table(caption, table, columns)


def identification_table(table: "pd.DataFrame", first: Shown, level: str, caption: str) -> ShownTable:
    """Write out shares of intended words with their three intervals and what they rest on."""
    columns = [
        first,
        Shown("Heard as intended", lambda row: percent(row["estimate"])),
        Shown(f"{level} interval", lambda row: span(row["low"], row["high"], percent)),
        Shown("Listeners alone", lambda row: span(row["listener_low"], row["listener_high"], percent)),
        Shown("Wilson", lambda row: span(row["wilson_low"], row["wilson_high"], percent)),
        *COUNTS,
    ]
    return shown_table(caption, table, columns)


def confusion_table(table: "pd.DataFrame") -> ShownTable:
    """Write out how often each word (rows) was heard as each answer (columns)."""
    counts = table.pivot_table(index="item", columns="heard", values="count", sort=False)
    head = [Cell("Intended", is_number=False), *(Cell(str(answer), is_number=True) for answer in counts.columns)]
    rows = [
        [Cell(str(word), is_number=False), *(Cell(f"{count:.0f}", is_number=True) for count in row)]
        for word, row in zip(counts.index, counts.to_numpy(), strict=True)
    ]
    return ShownTable("Answers by intended word", head, rows)


def agreement_table(table: "pd.DataFrame", classifiers: Mapping[str, str], level: str) -> ShownTable:
    """Write out the overall measures of agreement, a row for each classifier and stage."""
    rows: list[Row] = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    measures = list(dict.fromkeys(row["measure"] for row in rows))
    judges = sorted({_judge(row) for row in rows}, key=way_of_the_data)
    cells = {(_judge(row), row["measure"]): _estimate(row) for row in rows}
    head = [Cell("Classifier", is_number=False), *(Cell(measure.capitalize(), is_number=True) for measure in measures)]
    return ShownTable(
        caption=f"Agreement over all systems, with {level} intervals",
        head=head,
        rows=[
            [Cell(judge_title(*judge, classifiers=classifiers), is_number=False)]
            + [Cell(cells[judge, measure], is_number=True) for measure in measures]
            for judge in judges
        ],
        notes=[
            f"{judge_title(*_judge(row), classifiers=classifiers)}, {row['measure']}: {row['note']}."
            for row in rows
            if row["note"]
        ],
    )


# What is said of a classifier whose part in a clip is not that of a judge.
PART_NOTES = {"own": "climbed", "control": "control"}


def _judge(row: Row) -> tuple[str, str, str]:
    return row["classifier"], row["stage"], row["part"]


def way_of_the_data(judge: tuple[str, ...]) -> tuple[str | bool, ...]:
    """Features come before audio, and a classifier's clips that climb it after those that it judges."""
    classifier, stage, *part = judge
    return classifier, *(each != "judge" for each in part), stage != "features"


def judge_title(classifier: str, stage: str, part: str = "judge", *, classifiers: Mapping[str, str]) -> str:
    """Return what a classifier at a stage is called in the head of a row or column."""
    named = classifiers.get(classifier, classifier)
    return ", ".join([named, *([PART_NOTES[part]] if part in PART_NOTES else []), stage])


def _estimate(row: Row) -> str:
    write = percent if row["measure"].endswith("accuracy") else score
    return _with_span(row["estimate"], row["low"], row["high"], write)


def accuracy_table(table: "pd.DataFrame", systems: Mapping[str, str], classifiers: Mapping[str, str]) -> ShownTable:
    """Write out, for each system, how often listeners are right and how often each classifier is, at each stage."""
    judges = sorted(set(zip(table["classifier"], table["stage"], strict=True)), key=way_of_the_data)
    shares = {(row["system"], row["classifier"], row["stage"]): _share_in_part(row) for row in table.to_dict("records")}
    human = dict(zip(table["system"], table["human_accuracy"], strict=True))
    head = ["Listeners", *(judge_title(*judge, classifiers=classifiers) for judge in judges)]
    rows = [
        [Cell(systems.get(system, system), is_number=False), Cell(percent(right), is_number=True)]
        + [Cell(shares.get((system, *judge), NOTHING), is_number=True) for judge in judges]
        for system, right in sorted(human.items(), key=lambda pair: -pair[1])
    ]
    caption = "Share of right words by system: listeners, and each classifier before and after the vocoder"
    return ShownTable(caption, [Cell("System", is_number=False), *(Cell(text, is_number=True) for text in head)], rows)


def _share_in_part(row: Mapping[Any, Any]) -> str:
    note = PART_NOTES.get(row["part"])
    return percent(row["estimate"]) + (f" ({note})" if note else "")


# What a plain table does not show beside an estimate and its interval; the CSV has everything.
LEFT_OUT = {"low", "high", "note", "method", "network", "clip_sha256", "standard_error"} | {
    f"model_{name}" for name in ("low", "high", "standard_error", "freedom", "p_value")
}
TRUTHS = {"True": "yes", "False": "no", "nan": NOTHING}
COUNT_TITLES = {
    "n": "Ratings",
    "n_listeners": "Listeners",
    "n_stimuli": "Clips",
    "p_value": "p",
    "binomial_p": "p (sign test)",
}


def plain_table(caption: str, table: "pd.DataFrame", level: str, names: Mapping[str, str]) -> ShownTable:
    """Write out a table of any statistic: what a row is about, its estimate with the interval, and the rest.

    A number with ends of its own (say ceiling, ceiling_low, ceiling_high) has them in brackets. Of a long table the
    first rows are shown, and a note says so.
    """
    columns = [_plain_column(str(name), is_number, names, table) for name, is_number in _columns_of(table)]
    if {"low", "high"} <= set(table.columns):
        after = 1 + next((place for place, (name, _) in enumerate(_columns_of(table)) if name == "estimate"), -1)
        columns.insert(after, Shown(f"{level} interval", lambda row: span(row["low"], row["high"], number)))
    n_heads = sum(not is_number for _name, is_number in _columns_of(table))
    shown = shown_table(caption, table.head(ROWS_SHOWN), columns, max(1, min(n_heads, 2)))
    if len(table) <= ROWS_SHOWN:
        return shown
    return replace(shown, notes=[*shown.notes, f"The first {ROWS_SHOWN} of {len(table):,} rows; the CSV has them all."])


LOW, HIGH = "_low", "_high"


def _columns_of(table: "pd.DataFrame") -> list[tuple[str, bool]]:
    """Return the columns that a plain table shows, texts first, and whether each holds numbers."""
    left_out = LEFT_OUT.union(*(_ends(str(name)) for name in table.columns if _has_ends(str(name), table)))
    # Both ends of a further interval stand in one cell.
    left_out |= {name.removesuffix(LOW) + HIGH for name in map(str, table.columns) if name.endswith(LOW)}
    kinds = [(str(name), table[name].dtype.kind in "fiu") for name in table.columns if name not in left_out]
    return sorted(kinds, key=lambda kind: kind[1])


def _ends(name: str) -> tuple[str, str]:
    return f"{name}_low", f"{name}_high"


def _has_ends(name: str, table: "pd.DataFrame") -> bool:
    return set(_ends(name)) <= set(table.columns)


def _plain_column(name: str, is_number: bool, names: Mapping[str, str], table: "pd.DataFrame") -> Shown:
    title = COUNT_TITLES.get(name, name.removeprefix("n_").replace("_", " ").capitalize())
    if is_number and name.startswith("p_"):
        return Shown(COUNT_TITLES.get(name, f"p, {name[2:].replace('_', ' ')}"), lambda row: p_value(row[name]))
    if table[name].dtype.kind in "iu":
        return Shown(title, lambda row: f"{row[name]:,}")
    if is_number and _has_ends(name, table):
        low, high = _ends(name)
        return Shown(title, lambda row: _with_span(row[name], row[low], row[high], number))
    if name.endswith(LOW) and name.removesuffix(LOW) + HIGH in table.columns:
        further = name.removesuffix(LOW)
        named = f"{further.replace('_', ' ').capitalize()} interval"
        return Shown(named, lambda row: span(row[name], row[further + HIGH], number))
    if is_number:
        return Shown(title, lambda row: number(row[name]))
    return Shown(
        title, lambda row: names.get(str(row[name]), TRUTHS.get(str(row[name]), str(row[name]))), is_number=False
    )


def number(value: float) -> str:
    """Write a whole number as it is, and any other number with three decimals."""
    if value != value:
        return NOTHING
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 1 else f"{value:.3f}"


def p_value(value: float) -> str:
    """Write a p value with three decimals, and one that is smaller than they can tell as such."""
    return "< 0.001" if value < 0.0005 else number(value)


def score(value: float) -> str:
    """Write a number with two decimals."""
    return NOTHING if value != value else f"{value:.2f}"


def percent(value: float) -> str:
    """Write a share as a percentage with one decimal."""
    return NOTHING if value != value else f"{100 * value:.1f} %"


def span(low: float, high: float, write: Callable[[float], str]) -> str:
    """Write both ends of an interval."""
    return NOTHING if low != low else f"{write(low).removesuffix(' %')} – {write(high)}"


def _with_span(value: float, low: float, high: float, write: Callable[[float], str]) -> str:
    interval = span(low, high, write)
    return write(value) if interval == NOTHING else f"{write(value)} ({interval})"


def named(title: str, column: str, names: Mapping[str, str] | None = None) -> Shown:
    """Return a first column that names what a row is about."""
    return Shown(title, lambda row: (names or {}).get(row[column], row[column]), is_number=False)


COUNTS = (
    Shown("Ratings", lambda row: f"{row['n']:,}"),
    Shown("Listeners", lambda row: f"{row['n_listeners']:,}"),
    Shown("Clips", lambda row: f"{row['n_stimuli']:,}"),
)
