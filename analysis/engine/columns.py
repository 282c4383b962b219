"""What a column of the two tables is, and the check of a frame against its columns."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


class RatingsFrameIsWrong(Exception):
    """A ratings or judgements frame breaks its schema."""


@dataclass(frozen=True)
class Column:
    """One column: its name, Frictionless type, meaning, unit and what its values may be."""

    name: str
    type: str
    description: str
    unit: str = ""
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    may_be_missing: bool = False
    may_be_empty: bool = False
    # Archives from before the column lack it: every value is missing then, or empty.
    may_be_absent: bool = False


_DTYPES: dict[str, Any] = {
    "string": pd.Series([], dtype="str").dtype,
    "integer": np.dtype("int64"),
    "number": np.dtype("float64"),
    "boolean": np.dtype("bool"),
    "datetime": pd.DatetimeTZDtype("us", "UTC"),
    "object": np.dtype("object"),
}
_KINDS = {
    "string": "text that is not empty",
    "integer": "a whole number",
    "number": "a finite number",
    "boolean": "true or false",
    "datetime": "a time with its zone",
    "object": "a mapping of words to probabilities",
}


def check_columns(frame: pd.DataFrame, schema: Sequence[Column], what: str) -> pd.DataFrame:
    """Return a frame with the schema's columns in their order and types; those that may be absent are filled in.

    Raises RatingsFrameIsWrong naming column, row (counted from 1) and value; `what` names the table. The input is not
    changed.
    """
    names = [column.name for column in schema]
    absent = [column for column in schema if column.may_be_absent and column.name not in frame.columns]
    frame = frame.assign(**{column.name: math.nan if column.type == "number" else "" for column in absent})
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise RatingsFrameIsWrong(f"The {what} lack the column {missing[0]!r}: the columns are {', '.join(names)}.")
    unknown = [str(name) for name in frame.columns if name not in names]
    if unknown:
        raise RatingsFrameIsWrong(f"The {what} have a column {unknown[0]!r} that nobody knows: take it out.")
    frame = frame.reset_index(drop=True)
    return pd.DataFrame({column.name: _checked_column(frame, column, what) for column in schema})


def _checked_column(frame: pd.DataFrame, column: Column, what: str) -> pd.Series:
    values = frame[column.name]
    if not column.may_be_missing:
        refuse(frame, column.name, values.isna(), what, "is missing")
    refuse(frame, column.name, _misfits(values, column), what, _expectation(column))
    return _cast(values, column)


def _misfits(values: pd.Series, column: Column) -> Iterable[bool]:
    """Return which values break the column's rules; whole columns at once where their type already fits."""
    if values.dtype != _DTYPES[column.type] or column.type == "object":
        return [not _fits(value, column) for value in values]
    wrong = pd.Series(False, index=values.index)
    if column.allowed:
        wrong |= ~values.isin(list(column.allowed))
    if column.type == "string" and not column.may_be_empty:
        wrong |= values == ""
    if column.minimum is not None:
        wrong |= values < column.minimum
    if column.maximum is not None:
        wrong |= values > column.maximum
    return wrong | values.isin([math.inf, -math.inf]) if column.type == "number" else wrong


def _fits(value: Any, column: Column) -> bool:
    """Return whether a value is of the column's type and among what it may be."""
    if _is_missing(value):
        return column.may_be_missing
    if column.type in ("integer", "number"):
        return _is_number(value, column)
    if column.type == "string":
        return isinstance(value, str) and _is_text_on_offer(value, column)
    if column.type == "boolean":
        return isinstance(value, bool) or type(value).__name__ == "bool"
    if column.type == "datetime":
        return isinstance(value, pd.Timestamp) and value.tzinfo is not None
    return isinstance(value, dict) and all(isinstance(share, float) for share in value.values())


def _is_text_on_offer(value: str, column: Column) -> bool:
    return value in column.allowed if column.allowed else column.may_be_empty or value != ""


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def _is_number(value: Any, column: Column) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isinf(value):
        return False
    if column.type == "integer" and value != int(value):
        return False
    return (column.minimum is None or value >= column.minimum) and (column.maximum is None or value <= column.maximum)


def _expectation(column: Column) -> str:
    if column.allowed:
        return f"is none of {', '.join(column.allowed)}"
    limits = [f"at least {column.minimum:g}"] if column.minimum is not None else []
    limits += [f"at most {column.maximum:g}"] if column.maximum is not None else []
    return " ".join(["is not", _KINDS[column.type], " and ".join(limits)]).rstrip()


def _cast(values: pd.Series, column: Column) -> pd.Series:
    if column.type == "datetime":
        values = pd.to_datetime(values, utc=True)
    return values.astype(_DTYPES[column.type])


def refuse(frame: pd.DataFrame, name: str, wrong: Iterable[bool], what: str, fault: str) -> None:
    """Raise RatingsFrameIsWrong for the first row that is wrong."""
    rows = np.flatnonzero(np.asarray(wrong, dtype=bool))
    if len(rows):
        value = frame[name].iloc[rows[0]]
        value = value.item() if isinstance(value, np.generic) else value
        raise RatingsFrameIsWrong(f"{what}: column {name!r}, row {rows[0] + 1}: {value!r} {fault}.")


def refuse_repeats(frame: pd.DataFrame, names: Sequence[str], what: str) -> None:
    """Raise RatingsFrameIsWrong for the first row that is no other than an earlier one by these columns."""
    twice = frame.duplicated(subset=list(names))
    refuse(frame, names[0], twice, what, f"repeats an earlier row: {', '.join(names)} must differ")
