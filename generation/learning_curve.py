"""Learning curves, drawn as SVG on the server: no script, no style attribute, and a table beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT, MARGIN = 480, 160, 12
TITLES = {
    "loss": "Loss on the training recordings",
    "validation_accuracy": "Accuracy on the validation recordings",
    "validation_cross_entropy": "Cross-entropy on the validation recordings",
    "validation_mean_absolute_error": "Mean absolute error on the validation recordings",
}


@dataclass(frozen=True)
class LearningCurve:
    """One measure over a training: its values, and the points of a line through them."""

    title: str
    values: list[float]
    points: str

    @property
    def first(self) -> float:
        return self.values[0]

    @property
    def last(self) -> float:
        return self.values[-1]

    @property
    def lowest(self) -> float:
        return min(self.values)

    @property
    def highest(self) -> float:
        return max(self.values)


def learning_curves(card: Mapping[str, Any]) -> list[LearningCurve]:
    """Return the curves that a card holds: each epoch's measures, or a WaveNet's losses over stretches of steps."""
    if "losses" in card:
        return [_curve(TITLES["loss"], card["losses"])]
    epochs = card.get("epochs", [])
    if not isinstance(epochs, list) or not epochs:
        return []
    return [_curve(title, [epoch[name] for epoch in epochs]) for name, title in TITLES.items() if name in epochs[0]]


def _curve(title: str, values: Sequence[float]) -> LearningCurve:
    low, high = min(values), max(values)
    across = (WIDTH - 2 * MARGIN) / max(1, len(values) - 1)
    points = " ".join(
        f"{MARGIN + position * across:.1f},{HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * _share(value, low, high):.1f}"
        for position, value in enumerate(values)
    )
    return LearningCurve(title, list(values), points)


def _share(value: float, low: float, high: float) -> float:
    """Return where a value lies between the lowest (0) and the highest (1); in the middle if all are the same."""
    return (value - low) / (high - low) if high > low else 0.5
