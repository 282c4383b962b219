"""MUSHRA's anchors: the reference without what lies above 3.5 and 7 kHz (ITU-R BS.1534-3, section 5.1)."""

import numpy
from numpy.typing import NDArray

from listening_tests.sounds.low_pass import low_passed

# By what a study calls them; in Hz.
ANCHOR_LIMITS = {"anchor-3500": 3_500.0, "anchor-7000": 7_000.0}


class AnchorIsUnknown(KeyError):
    """BS.1534 has no anchor of this name."""


def anchor(name: str, reference: NDArray[numpy.float64], rate: int) -> NDArray[numpy.float64]:
    """Return an anchor made from its reference [N], sample for sample at the same time. Raises AnchorIsUnknown."""
    if name not in ANCHOR_LIMITS:
        raise AnchorIsUnknown(f"There is no anchor {name!r}: take one of {', '.join(ANCHOR_LIMITS)}.")
    return low_passed(reference, rate, ANCHOR_LIMITS[name])
