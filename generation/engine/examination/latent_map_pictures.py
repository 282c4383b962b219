"""Maps of codes as pictures: by word, with what the panel hears as another word crossed; and by talker."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from generation.engine.examination.pictures import Colour, colours, new_figure, save_png

GREY = "#b0b0b0"
# Talkers with a colour of their own: those with the most recordings.
MOST_TALKERS = 10
# So many words are told apart by their colours.
MOST_LISTED = 20
HALO = [patheffects.withStroke(linewidth=3, foreground="white")]

Points = NDArray[numpy.float64]


@dataclass(frozen=True)
class MappedCodes:
    """Codes of one kind on a map: points [R, 2], the word of each, and whether the panel hears that word."""

    title: str
    points: Points
    words: tuple[str, ...]
    is_agreed: tuple[bool, ...]


def draw_words(shown: Sequence[MappedCodes], starts: Points, words: Sequence[str], path: Path) -> None:
    """Draw codes by word, each kind in a frame of its own on the same map, the starts [R, 2] in grey in the last one.

    Raises CannotBeWritten.
    """
    figure = new_figure(5.3)
    frames = figure.subplots(1, len(shown), sharex=True, sharey=True, squeeze=False)[0]
    colour = dict(zip(words, colours(len(words)), strict=True))
    frames[-1].scatter(starts[:, 0], starts[:, 1], s=6, color=GREY, zorder=1)
    for axes, codes in zip(frames, shown, strict=True):
        _draw_codes(axes, codes, colour)
    if len(words) <= MOST_LISTED:
        _list(figure, colour)
    else:
        _label(frames, shown)
    figure.legend(handles=_marker_key(), loc="outside lower center", ncols=3, frameon=False)
    save_png(figure, path)


def draw_talkers(points: Points, talkers: Sequence[str], path: Path) -> None:
    """Draw recordings' codes [R, 2] by talker; those beyond the first ten in grey. Raises CannotBeWritten."""
    figure = new_figure(5.3)
    axes = figure.subplots()
    _clear(axes, "Test recordings, by talker")
    names = [name for name, _ in Counter(talkers).most_common(MOST_TALKERS)]
    others = numpy.array([talker not in names for talker in talkers])
    if others.any():
        axes.scatter(points[others, 0], points[others, 1], s=16, color=GREY, label="others")
    for name, colour in zip(names, colours(len(names)), strict=True):
        own = points[numpy.array(talkers) == name]
        axes.scatter(own[:, 0], own[:, 1], s=22, color=colour, label=name)
    figure.legend(loc="outside right upper", frameon=False, title="talker")
    save_png(figure, path)


def _draw_codes(axes: Axes, codes: MappedCodes, colour: dict[str, Colour]) -> None:
    _clear(axes, codes.title)
    is_agreed, words = numpy.array(codes.is_agreed), numpy.array(codes.words)
    for word in dict.fromkeys(codes.words):
        for agreed, marker, size in ((True, "o", 18), (False, "x", 30)):
            chosen = codes.points[(words == word) & (is_agreed == agreed)]
            axes.scatter(
                chosen[:, 0], chosen[:, 1], s=size, marker=marker, color=[colour[word]], linewidths=1.2, zorder=2
            )


def _list(figure: Figure, colour: dict[str, Colour]) -> None:
    handles = [Line2D([], [], linestyle="", marker="o", color=each, label=word) for word, each in colour.items()]
    figure.legend(handles=handles, loc="outside upper center", ncols=10, frameon=False, handletextpad=0.1)


def _label(frames: Iterable[Axes], shown: Sequence[MappedCodes]) -> None:
    """Write each word over its codes, where colours are too many to be looked up."""
    for axes, codes in zip(frames, shown, strict=True):
        words = numpy.array(codes.words)
        for word in dict.fromkeys(codes.words):
            x, y = numpy.median(codes.points[words == word], axis=0)
            axes.text(x, y, word, ha="center", va="center", fontsize=8, zorder=3, path_effects=HALO)


def _marker_key() -> list[Line2D]:
    return [
        Line2D([], [], linestyle="", marker="o", color="black", label="all networks hear the word"),
        Line2D([], [], linestyle="", marker="x", color="black", label="one of them hears another"),
        Line2D([], [], linestyle="", marker=".", color=GREY, label="where searches started"),
    ]


def _clear(axes: Axes, title: str) -> None:
    """Take the ticks away: on such a map only what is near what has a meaning."""
    axes.set_title(title)
    axes.set_xticks([])
    axes.set_yticks([])
