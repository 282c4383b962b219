"""A figure that was drawn once: as SVG inside a page of ours, and as SVG and PDF files that stand alone."""

from dataclasses import dataclass
from xml.etree import ElementTree

import vl_convert

# A figure is drawn in these three colours. A page swaps them for its own: light and dark need no second figure.
INK = "#26333a"
ACCENT = "#0f5c63"
PAPER = "#fffffe"
PAGE_COLOURS = {INK: "currentColor", ACCENT: "var(--pico-primary)", PAPER: "var(--pico-background-color)"}
FONT = "sans-serif"

SVG = "http://www.w3.org/2000/svg"
DRAWING_ELEMENTS = {"svg", "g", "path", "line", "rect", "circle", "text", "tspan", "title", "desc", "defs", "clipPath"}


class FigureIsNotPlain(Exception):
    """A drawing carries more than shapes and text: a style, a script, or an address of another host."""


@dataclass(frozen=True)
class Figure:
    """A drawing with its name (a slug), its title, and what it shows in words."""

    name: str
    title: str
    description: str
    svg: str

    def svg_for_page(self) -> str:
        """Return the svg element in the colours and font of the page it is put into."""
        svg = self.svg.replace(f'font-family="{FONT}"', 'font-family="inherit"')
        for drawn, page in PAGE_COLOURS.items():
            svg = svg.replace(f'"{drawn}"', f'"{page}"')
        return svg

    def svg_file(self) -> bytes:
        """Return an SVG document."""
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{self.svg}\n'.encode()

    def pdf_file(self) -> bytes:
        """Return a PDF of one page, text kept as text."""
        return bytes(vl_convert.svg_to_pdf(self.svg))


def figure(name: str, title: str, description: str, specification: str) -> Figure:
    """Draw a Vega-Lite specification (JSON). Raises FigureIsNotPlain if a strict content security policy would."""
    drawing = vl_convert.vegalite_to_svg(specification, allowed_base_urls=[])
    return Figure(name, title, description, plain_svg(drawing, name, title, description))


def plain_svg(drawing: str, name: str, title: str, description: str) -> str:
    """Return a drawing with nothing but shapes and text, announced to screen readers as one image.

    Raises FigureIsNotPlain naming the element or attribute that a content security policy without inline code forbids.
    """
    root = ElementTree.fromstring(drawing)
    for element in root.iter():
        _check_plain(element)
        for attribute in [key for key in element.attrib if key == "role" or key.startswith("aria-")]:
            del element.attrib[attribute]
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-description")
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        told = ElementTree.Element(f"{{{SVG}}}{tag}", {"id": f"{name}-{'title' if tag == 'title' else 'description'}"})
        told.text = text
        root.insert(position, told)
    # Without a prefix an HTML page reads the elements as SVG.
    ElementTree.register_namespace("", SVG)
    return ElementTree.tostring(root, encoding="unicode")


def _check_plain(element: ElementTree.Element) -> None:
    tag = element.tag.removeprefix(f"{{{SVG}}}")
    if tag not in DRAWING_ELEMENTS:
        raise FigureIsNotPlain(f"The drawing has an element <{tag}>: draw it with shapes and text alone.")
    for name, value in element.attrib.items():
        if name == "style" or name.startswith("on") or name.endswith("href") or "://" in value:
            raise FigureIsNotPlain(f"<{tag}> has {name}={value!r}: a page's security policy forbids it.")
