"""Sessions made for a rule, and what an exclusion leaves out of them."""

import pandas as pd

from analysis.engine.exclusions import EXCLUSIONS
from analysis.engine.ratings import check_ratings
from tests.analysis.frames import rating


def session(listener: str, *rows: dict, **shared) -> list[dict]:
    return [rating(listener=listener, trial_order=order, **{**shared, **row}) for order, row in enumerate(rows)]


def left_out(slug: str, rows: list[dict], protocol: dict | None = None) -> dict[str, str]:
    """Return the reason by listener, of those of whom the rule leaves everything out."""
    frame = check_ratings(pd.DataFrame(rows))
    reasons = EXCLUSIONS[slug].reasons(frame, protocol or {})
    assert list(reasons.index) == list(frame.index)
    return dict(zip(frame["listener"][reasons != ""], reasons[reasons != ""], strict=True))
