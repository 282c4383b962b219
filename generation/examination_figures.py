"""Figures of examinations, drawn as SVG on the server: places and shades; words and tables stand beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CELL = 28
LABELS = 72
MAP_SIZE, MAP_MARGIN = 520, 14


@dataclass(frozen=True)
class Cell:
    """A square of a heat map: where, how dark (0 to 1), and what a pointer resting on it is told."""

    x: int
    y: int
    value: float
    title: str


@dataclass(frozen=True)
class HeatMap:
    """Mean scores of all words (columns) for each word meant (rows)."""

    title: str
    width: int
    height: int
    cells: list[Cell]
    row_labels: list[tuple[int, str]]
    column_labels: list[tuple[int, str]]
    rows: list[tuple[str, list[float]]]


def heat_map(title: str, meant: Sequence[str], heard: Sequence[str], values: Sequence[Sequence[float]]) -> HeatMap:
    """Lay out values [meant][heard], each from 0 to 1."""
    cells = [
        Cell(LABELS + CELL * column, LABELS + CELL * row, value, f"{meant[row]} as {heard[column]}: {value:.3f}")
        for row, line in enumerate(values)
        for column, value in enumerate(line)
    ]
    return HeatMap(
        title=title,
        width=LABELS + CELL * len(heard) + 2,
        height=LABELS + CELL * len(meant) + 2,
        cells=cells,
        row_labels=[(LABELS + CELL * row + CELL // 2 + 4, word) for row, word in enumerate(meant)],
        column_labels=[(LABELS + CELL * column + CELL // 2 + 4, word) for column, word in enumerate(heard)],
        rows=[(word, list(line)) for word, line in zip(meant, values, strict=True)],
    )


@dataclass(frozen=True)
class Point:
    """A code on the map: its place, its colour's name, what it is, and whether the panel hears another word."""

    x: float
    y: float
    colour: str
    kind: str
    is_wrong: bool
    title: str


def map_points(points: Sequence[Mapping[str, Any]], by: str) -> list[Point]:
    """Place points, coloured by `word` or by `talker`; those without (no one speaks a code) are grey."""
    names = list(dict.fromkeys(point[by] for point in points if point[by]))
    hues = {name: f"hsl({360 * index // len(names)}, 60%, 50%)" for index, name in enumerate(names)}
    return [
        Point(
            x=round(MAP_MARGIN + point["x"] * (MAP_SIZE - 2 * MAP_MARGIN), 1),
            y=round(MAP_MARGIN + point["y"] * (MAP_SIZE - 2 * MAP_MARGIN), 1),
            colour=hues.get(point[by], "gray"),
            kind=point["kind"],
            is_wrong=point["is_agreed"] is False,
            title=" · ".join(filter(None, (point["word"], point["kind"], point["talker"]))),
        )
        for point in points
    ]


def map_key(points: Sequence[Point], names: Sequence[Mapping[str, Any]], by: str) -> list[tuple[str, str]]:
    """List the names on the map with their colours."""
    return list(dict.fromkeys((each[by], point.colour) for point, each in zip(points, names, strict=True) if each[by]))


def map_counts(points: Sequence[Mapping[str, Any]]) -> list[tuple[str, int, int, int, int]]:
    """Count for each word its codes before and after, its recordings, and how many of the last two are misheard."""
    words = dict.fromkeys(point["word"] for point in points)

    def count(word: str, kind: str, *, misheard: bool = False) -> int:
        chosen = (each for each in points if each["word"] == word and each["kind"] == kind)
        return sum(not misheard or each["is_agreed"] is False for each in chosen)

    return [
        (
            word, count(word, "after"), count(word, "after", misheard=True), count(word, "recordings"),
            count(word, "recordings", misheard=True),
        )
        for word in words
    ]  # fmt: skip
