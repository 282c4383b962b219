"""Codes laid out in a plane by word or by talker (Figure 4 of Soomro et al. 2019)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generation.figures.svg import LETTER, Figure, element, text, title

SIZE, MARGIN, LINE = 520, 14, 20
# Talkers with a colour of their own: those with the most recordings.
MOST_TALKERS = 10
# So many words are told apart by a key; of more, each is written where its codes are.
MOST_LISTED = 20
GREY = "gray"
KINDS = {"before": "where searches started", "recordings": "test recordings", "after": "maximised codes"}
WRONG = "not agreed on by the panel"

Point = Mapping[str, Any]


def code_map(points: Sequence[Point], by: str) -> Figure:
    """Draw points (x and y from 0 to 1, word, talker, kind, is_agreed), coloured by `word` or by `talker`.

    What nobody speaks, and talkers beyond the first ten, are grey; what the panel does not agree on is crossed.
    """
    names = _names(points, by)
    colours = {name: f"hsl({360 * index // len(names)}, 60%, 50%)" for index, name in enumerate(names)}
    # What lies below is drawn first.
    shown = sorted(points, key=lambda point: list(KINDS).index(point["kind"]))
    marks = "".join(_mark(point, colours.get(point[by], GREY)) for point in shown)
    is_listed = len(names) <= MOST_LISTED
    entries = [(_symbol("recordings", colours[name]), name) for name in names] if is_listed else []
    kinds = [*((_symbol(kind, GREY), told) for kind, told in KINDS.items()), (_cross(), WRONG)]
    lines = [*_lines(entries), *_lines(kinds)]
    key = "".join(
        element("g", line, transform=f"translate({MARGIN} {SIZE + LINE * (number + 1)})")
        for number, line in enumerate(lines)
    )
    frame = element("rect", x=0.5, y=0.5, width=SIZE - 1, height=SIZE - 1, rx=4, fill="none", stroke="currentColor",
                    stroke_opacity=0.2)  # fmt: skip
    written = "" if is_listed else "".join(_written(name, points, by) for name in names)
    return Figure(f"Map of codes by {by}", SIZE, SIZE + LINE * len(lines) + MARGIN, frame + marks + written + key)


def _names(points: Sequence[Point], by: str) -> list[str]:
    """List what has a colour of its own."""
    counts = Counter(point[by] for point in points if point[by])
    return sorted(name for name, _ in counts.most_common(MOST_TALKERS)) if by == "talker" else list(counts)


def _place(share: float) -> float:
    return round(MARGIN + share * (SIZE - 2 * MARGIN), 1)


def _mark(point: Point, colour: str) -> str:
    told = title(" · ".join(filter(None, (point["word"], point["kind"], point["talker"]))))
    wrong = _cross() if point["is_agreed"] is False else ""
    place = f"translate({_place(point['x'])} {_place(point['y'])})"
    return element("g", told + _symbol(point["kind"], colour) + wrong, transform=place)


def _symbol(kind: str, colour: str) -> str:
    """Draw a small dot for a start, a ring for what was found, a square for a recording."""
    if kind == "before":
        return element("circle", r=2, fill=colour, fill_opacity=0.6)
    if kind == "after":
        return element("circle", r=5, fill="none", stroke=colour, stroke_width=2)
    return element("rect", x=-3.5, y=-3.5, width=7, height=7, fill=colour)


def _cross() -> str:
    return element("path", d="M-6-6 6 6M-6 6 6-6", stroke="currentColor", stroke_width=1.2)


def _lines(entries: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Put symbols and their names side by side, in as many lines as it takes."""
    line, x = "", 0.0
    for symbol, name in entries:
        width = 3 * MARGIN + LETTER * len(name)
        if line and x + width > SIZE:
            yield line
            line, x = "", 0.0
        line += element("g", symbol + text(name, 10, 4), transform=f"translate({round(x)} 0)")
        x += width
    if line:
        yield line


def _written(name: str, points: Sequence[Point], by: str) -> str:
    """Write a name where its codes are: at the middle one of each axis."""
    own = [point for point in points if point[by] == name]
    x, y = (_place(sorted(point[axis] for point in own)[len(own) // 2]) for axis in ("x", "y"))
    return text(name, x, y, text_anchor="middle")
