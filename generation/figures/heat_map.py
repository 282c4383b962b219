"""What a network hears in sounds meant as each word (Figure 5 of Soomro et al. 2019)."""

from collections.abc import Sequence

from generation.figures.svg import LETTER, Figure, element, text, title

CELL = 28
# Between words and cells, and for the names of the axes.
GAP, AXIS = 6, 20


def heat_map(name: str, meant: Sequence[str], heard: Sequence[str], values: Sequence[Sequence[float]]) -> Figure:
    """Draw values [meant][heard], each from 0 to 1: the higher, the darker the cell."""
    margin = round(LETTER * max(map(len, (*meant, *heard)))) + GAP + AXIS
    cells = "".join(
        _cell(margin + CELL * column, margin + CELL * row, value, f"{meant[row]} as {heard[column]}: {value:.3f}")
        for row, line in enumerate(values)
        for column, value in enumerate(line)
    )
    rows = "".join(
        text(word, margin - GAP, margin + CELL * row + CELL / 2 + 4, text_anchor="end")
        for row, word in enumerate(meant)
    )  # fmt: skip
    columns = "".join(
        _upright(word, margin + CELL * column + CELL / 2 + 4, margin - GAP) for column, word in enumerate(heard)
    )
    across = text("word heard", margin + CELL * len(heard) / 2, AXIS - GAP, text_anchor="middle")
    down = _upright("word meant", AXIS - GAP, margin + CELL * len(meant) / 2, text_anchor="middle")
    return Figure(
        label=f"{name}: mean score of each word for each word meant",
        width=margin + CELL * len(heard) + 2,
        height=margin + CELL * len(meant) + 2,
        body=cells + rows + columns + across + down,
    )


def _cell(x: int, y: int, value: float, told: str) -> str:
    return element(
        "rect", title(told), x=x, y=y, width=CELL, height=CELL, fill="currentColor", fill_opacity=f"{value:.3f}",
        stroke="currentColor", stroke_opacity=0.15,
    )  # fmt: skip


def _upright(word: str, x: float, y: float, **attributes: object) -> str:
    """Write a word from the bottom up."""
    return text(word, 0, 0, transform=f"translate({x} {y}) rotate(-90)", **attributes)
