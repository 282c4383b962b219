"""The questions that the P.808 toolkit asks, by the names that they have in its files, and their scales."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.engine.exchange import CannotBeWritten

FIVE_POINTS, SEVEN_POINTS = (1.0, 5.0), (-3.0, 3.0)
_OF_SEVERAL = ("BAK", "SIG", "OVRL", "ECHO", "OTHER", "ENROL", "NOISE", "COL", "LOUD", "DISC", "REVERB")
SCALES = {
    "MOS": FIVE_POINTS,
    "DMOS": FIVE_POINTS,
    "CMOS": SEVEN_POINTS,
    **{f"MOS_{name}": FIVE_POINTS for name in _OF_SEVERAL},
}
_OURS = {"MOS": "acr", "DMOS": "dcr", "CMOS": "ccr"}
# What a clip belongs to whose name tells no condition.
NO_CONDITION = "NoCondition"


def method_of(question: str) -> str:
    """Return the method's name in a ratings frame: ours, or for one of several scales p808_sig and so on."""
    return _OURS.get(question) or question.replace("MOS_", "p808_").lower()


METHODS = {method_of(question): question for question in SCALES}


def condition_of(keys: Sequence[str]) -> str:
    """Return a condition's name from the values that make it up, joined as the toolkit joins them."""
    return "____".join(key for key in keys if key) or NO_CONDITION


def question_and_vote(rating: Mapping[str, Any]) -> tuple[str, float]:
    """Return the toolkit's question that a rating answers, and its vote.

    Raises CannotBeWritten if the toolkit has no such question, or if the score is missing or on another scale.
    """
    question = METHODS.get(rating["method"])
    if question is None:
        raise CannotBeWritten(f"The P.808 toolkit has no ratings of the method {rating['method']}: leave them out.")
    low, high = SCALES[question]
    if (rating["scale_min"], rating["scale_max"]) != (low, high) or math.isnan(rating["score"]):
        raise CannotBeWritten(
            f"The scores of {rating['method']} are not on the toolkit's scale from {low:g} to {high:g}, or one lacks."
        )
    return question, float(rating["score"])
