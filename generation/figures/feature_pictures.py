"""Features before and after a search, and their difference, side by side (Figure 2 of Soomro et al. 2019)."""

from collections.abc import Mapping
from typing import Any

from generation.figures.svg import Figure, element, text

PICTURES = ORIGINAL, MAXIMISED, DIFFERENCE = ("original", "maximised", "difference")
WIDTH, HEIGHT = 180, 160
LEFT, TOP, BELOW, BETWEEN = 46, 20, 18, 14
STEP = WIDTH + BETWEEN


def feature_pictures(name: str, images: Mapping[str, str], scale: Mapping[str, Any]) -> Figure:
    """Draw images (what each shows -> its address, or the image itself as a data address), of one scale.

    scale: `seconds` of their width, and `ticks`: how far up from the bottom, from 0 to 1, is what frequency in Hz;
    results of earlier versions have none.
    """
    panels = "".join(
        element("g", _panel(kind, address, scale["seconds"]), transform=f"translate({LEFT + STEP * number} {TOP})")
        for number, (kind, address) in enumerate(images.items())
    )
    frequencies = "".join(
        text(f"{hertz:g}", LEFT - 5, round(TOP + (1 - height) * HEIGHT + 4, 1), text_anchor="end")
        for height, hertz in scale.get("ticks", ())
    )
    unit = text("Hz", LEFT - 5, TOP - 6, text_anchor="end")
    label = f"{name}: {', '.join(images)}"
    return Figure(label, LEFT + STEP * len(images), TOP + HEIGHT + BELOW, panels + frequencies + unit)


def _panel(kind: str, address: str, seconds: float) -> str:
    image = element("image", href=address, width=WIDTH, height=HEIGHT, preserveAspectRatio="none")
    start, end = text("0", 0, HEIGHT + 14), text(f"{seconds:.2f} s", WIDTH, HEIGHT + 14, text_anchor="end")
    return text(kind, WIDTH / 2, -6, text_anchor="middle") + image + start + end
