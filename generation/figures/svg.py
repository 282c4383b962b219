"""Figures as SVG: what a page embeds, what a notebook displays, and what a file holds are the same drawing."""

from dataclasses import dataclass
from html import escape

FONT_SIZE = 12
# The width of a letter, roughly: the fonts of readers differ.
LETTER = 0.6 * FONT_SIZE


def element(name: str, content: str = "", **attributes: object) -> str:
    """Write an element; underscores in attributes' names stand for hyphens, and content is markup already."""
    stated = "".join(f' {key.replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items())
    return f"<{name}{stated}>{content}</{name}>" if content else f"<{name}{stated}/>"


def text(content: str, x: float, y: float, **attributes: object) -> str:
    """Write words in the reader's own colour."""
    return element("text", escape(content), x=x, y=y, font_size=FONT_SIZE, fill="currentColor", **attributes)


def title(content: str) -> str:
    """Write what a pointer that rests on an element is told."""
    return element("title", escape(content))


class Markup(str):
    """Text that templates need not escape: all that came from outside was escaped when it was put in."""

    __slots__ = ()

    def __html__(self) -> str:
        """Give the text as it is; templates ask for this."""
        return self


@dataclass(frozen=True)
class Figure:
    """A drawing: what it shows, said in a sentence; its size in pixels; and its elements.

    Lines and letters have the colour of the text around them, so that a page's dark theme suits the figure too.
    """

    label: str
    width: int
    height: int
    body: str

    def inline(self) -> Markup:
        """Give the figure as a page embeds it."""
        return Markup(self._drawn(self.body))

    def _repr_svg_(self) -> str:
        """Give the figure as a notebook displays it."""
        return self.document()

    def document(self) -> str:
        """Give the figure as a file of its own, black on white."""
        paper = element("rect", width=self.width, height=self.height, fill="white")
        return self._drawn(paper + self.body, xmlns="http://www.w3.org/2000/svg", color="black")

    def _drawn(self, body: str, **attributes: str) -> str:
        return element(
            "svg", body, viewBox=f"0 0 {self.width} {self.height}", width=self.width, role="img",
            aria_label=self.label, font_family="sans-serif", **attributes,
        )  # fmt: skip
